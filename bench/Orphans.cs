using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Sshpod.Bench;

/// <summary>
/// ssh does not wait for its ProxyCommand, so nobody would count what that used. This process adopts it (prctl(2), PR_SET_CHILD_SUBREAPER)
/// and asks the system when it exits.
/// </summary>
internal static partial class Orphans
{
    private const int SetChildSubreaper = 36, NoHang = 1, SizeOfRusage = 144;

    private static readonly HashSet<string> Spared = [];

    /// <summary>Becomes the parent of orphans from now on.</summary>
    public static void Adopt() => _ = Prctl(SetChildSubreaper, 1, 0, 0, 0);

    /// <summary>Excludes a process that this one started itself: .NET must be the one to wait for it.</summary>
    public static Process Spare(Process own)
    {
        lock (Spared)
            Spared.Add(own.Id.ToString(CultureInfo.InvariantCulture));
        return own;
    }

    private static bool IsSpared(string process)
    {
        lock (Spared)
            return Spared.Contains(process);
    }

    /// <summary>Waits up to a second for the adopted processes to exit. The master of a shared connection stays.</summary>
    /// <returns>Their CPU seconds.</returns>
    public static async Task<double> EndAsync()
    {
        var cpu = 0.0;
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < TimeSpan.FromSeconds(1); await Task.Delay(5))
        {
            var children = Directory.GetDirectories("/proc").Where(name => char.IsAsciiDigit(name[6])).Select(Stat)
                .Where(stat => stat is [_, "sshpod" or "kubectl", _, ..] && stat[3] == $"{Environment.ProcessId}" && !IsSpared(stat[0]))
                .ToArray();
            // The main thread may be a zombie while others end: then there is nothing to reap yet.
            var used = children.Select(child => child[2] == "Z" ? Reap(int.Parse(child[0], CultureInfo.InvariantCulture)) : null).ToArray();
            cpu += used.Sum() ?? 0;
            if (!used.Contains(null))
                break;
        }
        return cpu;
    }

    // /proc/PID/stat: "PID (NAME) STATE PARENT …"
    private static string[] Stat(string process)
    {
        try
        {
            return File.ReadAllText($"{process}/stat").Split([' ', '(', ')'], StringSplitOptions.RemoveEmptyEntries);
        }
        catch (IOException)
        {
            return [];
        }
    }

    // struct rusage starts with two struct timeval: user and system time.
    private static double? Reap(int process)
    {
        var usage = new long[SizeOfRusage / sizeof(long)];
        return Wait(process, out _, NoHang, usage) == process ? usage[0] + usage[2] + ((usage[1] + usage[3]) / 1e6) : null;
    }

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Prctl(int option, nint a, nint b, nint c, nint d);

    [LibraryImport("libc", EntryPoint = "wait4")]
    private static partial int Wait(int process, out int status, int options, [Out] long[] usage);
}
