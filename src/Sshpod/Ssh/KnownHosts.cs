using Sshpod.Machine;
using Sshpod.Terminal;

namespace Sshpod.Ssh;

/// <summary>
/// The files from which ssh learns the host keys of containers. A key gets there over the authenticated exec stream, before ssh reads the
/// server's first byte, so <c>StrictHostKeyChecking yes</c> holds without a question.
/// <para>
/// ssh looks a name up in lower case, so one line of <see cref="File"/> serves for all that a name means. It is written for each
/// connection, and a tunnel lets no other host key through than that of its own container (HostKeyGuard): when two connections at the same
/// moment want different lines, one of them is refused, and none is led astray.
/// </para>
/// <para>
/// A HostKeyAlias makes ssh look up another name, which sshpod does not learn. So there is also a file for each host name, and the line
/// in it holds for every name (<c>*</c>). A wrong line there can do no more than a wrong one above, for the same reason.
/// </para>
/// </summary>
public static class KnownHosts
{
    /// <summary>Names of files begin with this, so that none is that of a device of Windows, such as <c>aux.sshpod</c>.</summary>
    private const string Start = "of-";

    // NAME_MAX is 255, and a file has a longer name while it is being written. A longer host name has no such file.
    private const int MaxName = 200;

    /// <summary>The file that goes by names, as ssh's <c>UserKnownHostsFile</c>.</summary>
    public static string File { get; } = Path.Combine(ClientDirectory.Cache, "known_hosts");

    /// <summary>Where the files are that are about one host name each.</summary>
    internal static string Directory { get; } = Path.Combine(ClientDirectory.Cache, "host-keys");

    /// <summary>How such a file is called in ssh's configuration, where %n is the host name as it was typed.</summary>
    internal const string NameForSsh = Start + "%n";

    /// <summary>A host name as ssh looks it up: here, and in the <c>%C</c> of a ControlPath.</summary>
    public static string Name(string host) => host.ToLowerInvariant();

    /// <summary>The file about one host name.</summary>
    /// <param name="host">What ssh was given (its <c>%n</c>), in the case in which it was typed.</param>
    /// <returns>Null where no file can be called so.</returns>
    internal static string? FileOf(string host) =>
        host.Length is > 0 and <= MaxName && host.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? Path.Combine(Directory, Start + host) : null;

    /// <summary>Makes the key the only one of this host name.</summary>
    /// <param name="host">What ssh was given, in the case in which it was typed.</param>
    /// <param name="key">The key that the container reported.</param>
    /// <param name="isUsed">Whether another host name is still in use; the keys of the others go.</param>
    /// <param name="cancellation">Ends the wait for another process that writes.</param>
    public static async Task SetAsync(string host, PublicKey key, Func<string, bool> isUsed, CancellationToken cancellation)
    {
        // With the port when it is not 22.
        var name = Name(host);
        var line = $"{name},[{name}]:* {key}";
        var own = FileOf(host);
        var ownLine = $"* {key}\n";
        if (Read().Contains(line) && (own is null || Holds(own, ownLine)))
            return;
        ClientDirectory.Create(ClientDirectory.Cache);
        await using var writing = await LockFile.TakeAsync(File + ".lock", cancellation);
        var before = Read();
        if (!before.Contains(line))
        {
            var others = before.Where(other => other.Split(',') is [var known, _, ..] && known != name && isUsed(known));
            ClientDirectory.Replace(File, string.Join('\n', others.Append(line)) + "\n");
        }
        SetOwn(own, ownLine, other => other == name || isUsed(other));
    }

    /// <summary>Writes the file about one host name, and removes those about names that are not used any more.</summary>
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
            // Only a HostKeyAlias needs it, and ssh says then what is missing.
            Log.Debug($"host key not written for other names: {e.Message}");
        }
    }

    private static string HostOf(string file) =>
        Path.GetFileName(file) is var name && name.StartsWith(Start, StringComparison.Ordinal) ? Name(name[Start.Length..]) : "";

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
