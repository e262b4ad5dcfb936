using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Sshpod.Machine;

/// <summary>
/// A program and all that it has started, on Linux: kubectl, its credential plugin, and the plugin's own children.
/// <para>
/// It does not get a process group of its own. A credential plugin prompts on /dev/tty: a background group that reads there is stopped by
/// SIGTTIN, and a foreground group would take the terminal, including Ctrl-C, from ssh. So the program stays in our group. Its processes
/// are found by a mark in the environment, which children inherit, and by their parents. Either alone misses some: the first those started
/// with another environment, the second those whose parent has exited.
/// </para>
/// <para>
/// Processes with a session of their own (setsid) are left alone: that is how a program becomes a daemon, such as an agent that a plugin
/// starts.
/// </para>
/// </summary>
internal sealed partial class ProcessTree
{
    /// <summary>The variable that holds the marks.</summary>
    public const string Mark = "SSHPOD_STARTED";

    private const int Kill = 9, Stop = 19, MostPasses = 10;

    private readonly int _root, _session;
    private readonly byte[] _mark;

    private ProcessTree(int root, int session, string mark)
    {
        (_root, _session) = (root, session);
        _mark = Encoding.ASCII.GetBytes(mark);
    }

    /// <summary>The tree below a program that has just been started.</summary>
    /// <param name="root">Its process ID.</param>
    /// <param name="mark">The mark in its environment.</param>
    public static ProcessTree Of(int root, string mark) => new(root, SessionOf(root), mark);

    /// <summary>Kills all of it.</summary>
    public void End()
    {
        // Stop them first: a running one could start another between the search and the kill.
        var found = new HashSet<int>();
        for (var pass = 0; pass < MostPasses; pass++)
        {
            int[] more = [.. Find().Where(found.Add)];
            if (more.Length == 0)
                break;
            foreach (var process in more)
                _ = Signal(process, Stop);
        }
        foreach (var process in found)
            _ = Signal(process, Kill);
    }

    private IEnumerable<int> Find()
    {
        var parents = new Dictionary<int, int>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(directory.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var process)
                && Read($"{directory}/stat") is { } stat && Parse(stat) is var (parent, session)
                && (session == _session || process == _root))
                parents[process] = parent;
        var found = parents.Keys.Where(process => process == _root || HasMark(process)).ToHashSet();
        int[] children;
        do
        {
            children = [.. parents.Where(process => found.Contains(process.Value) && !found.Contains(process.Key))
                .Select(process => process.Key)];
            found.UnionWith(children);
        }
        while (children.Length > 0);
        return found;
    }

    private bool HasMark(int process) => Read($"/proc/{process}/environ") is { } environment && environment.AsSpan().IndexOf(_mark) >= 0;

    // proc(5): "PID (NAME) STATE PPID PGRP SESSION …", and the name may contain any character.
    private static (int Parent, int Session)? Parse(byte[] stat)
    {
        var words = Encoding.ASCII.GetString(stat.AsSpan(stat.AsSpan().LastIndexOf((byte)')') + 1)).Split(' ', 6);
        return words.Length == 6 && int.TryParse(words[2], CultureInfo.InvariantCulture, out var parent)
            && int.TryParse(words[4], CultureInfo.InvariantCulture, out var session)
            ? (parent, session) : null;
    }

    private static byte[]? Read(string file)
    {
        try
        {
            return File.ReadAllBytes(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has exited, or belongs to another user.
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);

    [LibraryImport("libc", EntryPoint = "getsid")]
    private static partial int SessionOf(int process);
}
