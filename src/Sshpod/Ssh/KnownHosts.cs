using Sshpod.Machine;
using Sshpod.Terminal;

namespace Sshpod.Ssh;

/// <summary>
/// The files from which ssh learns the host keys of containers. A key gets there over the authenticated exec stream, before ssh reads the
/// server's first byte, so <c>StrictHostKeyChecking yes</c> works without a prompt.
/// <para>
/// ssh looks a name up in lower case, so one line of <see cref="File"/> serves everything that a name can mean. It is written for each
/// connection, and a tunnel passes only the host key of its own container (HostKeyGuard): if two connections want different lines at the
/// same moment, one is refused, and neither reaches the wrong container.
/// </para>
/// <para>
/// A HostKeyAlias makes ssh look up another name, which sshpod cannot know. So there is also a file for each host name, whose line applies
/// to every name (<c>*</c>). A wrong line there is as harmless as a wrong one above, for the same reason.
/// </para>
/// </summary>
public static class KnownHosts
{
    /// <summary>File names begin with this, so that none is a device name of Windows, such as <c>aux.sshpod</c>.</summary>
    private const string Start = "of-";

    // NAME_MAX is 255, and a file has a longer name while it is being written. A longer host name has no such file.
    private const int MaxName = 200;

    /// <summary>The file for all host names, as ssh's <c>UserKnownHostsFile</c>.</summary>
    public static string File { get; } = Path.Combine(ClientDirectory.Cache, "known_hosts");

    /// <summary>The directory of the files for one host name each.</summary>
    internal static string Directory { get; } = Path.Combine(ClientDirectory.Cache, "host-keys");

    /// <summary>The name of such a file in ssh's configuration, where %n is the host name as typed.</summary>
    internal const string NameForSsh = Start + "%n";

    /// <summary>The file for one host name.</summary>
    /// <param name="host">What ssh was given (its <c>%n</c>), in its original case.</param>
    /// <returns>Null if no file can have this name.</returns>
    internal static string? FileOf(string host) =>
        host.Length is > 0 and <= MaxName && host.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? Path.Combine(Directory, Start + host) : null;

    /// <summary>Makes the key the only one for this host name.</summary>
    /// <param name="host">What ssh was given.</param>
    /// <param name="key">The key that the container reported.</param>
    /// <param name="isUsed">Whether another host name, in lower case, is still in use; keys of the others are removed.</param>
    /// <param name="cancellation">Ends the wait for another process that is writing.</param>
    public static async Task SetAsync(GivenHost host, PublicKey key, Func<string, bool> isUsed, CancellationToken cancellation)
    {
        // ssh adds the port if it is not 22.
        var name = host.Folded;
        var line = $"{name},[{name}]:* {key}";
        var own = FileOf(host.Text);
        var ownLine = $"* {key}\n";
        if (IsKnown(Read()))
            return;
        ClientDirectory.Create(ClientDirectory.Cache);
        await using var writing = await LockFile.TakeAsync(File + ".lock", cancellation);
        var before = Read();
        // Of many first connections to one host name, only the first has something to write.
        if (IsKnown(before))
            return;
        if (!before.Contains(line))
        {
            var others = before.Where(other => other.Split(',') is [var known, _, ..] && known != name && isUsed(known));
            ClientDirectory.Replace(File, string.Join('\n', others.Append(line)) + "\n");
        }
        SetOwn(own, ownLine, other => other == name || isUsed(other));

        bool IsKnown(string[] lines) => lines.Contains(line) && (own is null || Holds(own, ownLine));
    }

    /// <summary>Writes the file for one host name, and removes those for names that are no longer used.</summary>
    private static void SetOwn(string? file, string line, Func<string, bool> isUsed)
    {
        try
        {
            ClientDirectory.Create(Directory);
            if (file is not null && !Holds(file, line))
                ClientDirectory.Replace(file, line);
            foreach (var other in System.IO.Directory.GetFiles(Directory).Where(other => !isUsed(HostOf(other))))
                System.IO.File.Delete(other);
        }
        catch (Exception e) when (e is SshpodException or IOException or UnauthorizedAccessException)
        {
            // Only a HostKeyAlias needs it, and ssh then says what is missing.
            Log.Debug($"host key not written for other names: {e.Message}");
        }
    }

    private static string HostOf(string file) =>
        Path.GetFileName(file) is var name && name.StartsWith(Start, StringComparison.Ordinal)
            ? new GivenHost(name[Start.Length..]).Folded : "";

    private static bool Holds(string file, string content)
    {
        try
        {
            return System.IO.File.ReadAllText(file) == content;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string[] Read()
    {
        try
        {
            return System.IO.File.ReadAllLines(File);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SshpodException($"cannot read {File}: {e.Message}", "make it readable for you");
        }
    }
}
