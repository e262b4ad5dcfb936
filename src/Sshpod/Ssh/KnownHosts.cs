using Sshpod.Terminal;

namespace Sshpod.Ssh;

/// <summary>
/// The file from which ssh learns the host keys of containers. A key gets there over the authenticated exec stream, before ssh reads the
/// server's first byte, so <c>StrictHostKeyChecking yes</c> holds without a question.
/// <para>
/// ssh looks a name up in lower case, so one line serves for all that a name means. It is written for each connection, and a tunnel lets no
/// other host key through than that of its own container (HostKeyGuard): when two connections at the same moment
/// want different lines, one of them is refused, and none is led astray.
/// </para>
/// </summary>
public static class KnownHosts
{
    /// <summary>The file, as ssh's <c>UserKnownHostsFile</c>.</summary>
    public static string File { get; } = Path.Combine(ClientDirectory.Cache, "known_hosts");

    /// <summary>Makes the key the only one of this host name.</summary>
    /// <param name="host">What ssh was given.</param>
    /// <param name="key">The key that the container reported.</param>
    /// <param name="isUsed">Whether another host name is still in use; the keys of the others go.</param>
    /// <param name="cancellation">Ends the wait for another process that writes.</param>
    public static async Task SetAsync(string host, PublicKey key, Func<string, bool> isUsed, CancellationToken cancellation)
    {
        // ssh looks a name up in lower case, and with the port when it is not 22.
        host = HostMeaning.Name(host);
        var line = $"{host},[{host}]:* {key}";
        if (Read().Contains(line))
            return;
        ClientDirectory.Create(ClientDirectory.Cache);
        await using var writing = await LockFile.TakeAsync(File + ".lock", cancellation);
        var others = Read().Where(other => other.Split(',') is [var name, _, ..] && name != host && isUsed(name));
        ClientDirectory.Replace(File, string.Join('\n', others.Append(line)) + "\n");
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
