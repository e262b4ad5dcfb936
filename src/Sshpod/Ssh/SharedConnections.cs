using System.Security.Cryptography;
using System.Text;
using Sshpod.Terminal;

namespace Sshpod.Ssh;

/// <summary>
/// Which host names have a connection that ssh may share (its <c>ControlMaster</c>).
/// <para>
/// ssh finds an open connection by host name and user alone. But <c>pod--db-0.sshpod</c> is another pod after <c>kubectl config use-context</c>,
/// and must not lead into the old one. So a name is claimed for the kubeconfig with which it was opened: the claim is a file whose
/// content is a digest of it, and it is locked while a connection of this name lives. Under another kubeconfig the name cannot be claimed until
/// that one is gone, and ssh makes a connection of its own.
/// </para>
/// </summary>
public static class SharedConnections
{
    // sun_path holds 104 bytes with its closing zero on macOS, 108 on Linux. ssh binds to the path with a dot and 16 characters after it.
    private const int SocketPathLimit = 103, Suffix = 17, Digest = 40;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1), Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Where the sockets and the claims are; the user's alone.</summary>
    public static string Directory { get; } = Path.Combine(ClientDirectory.Cache, "c");

    /// <summary>Why connections cannot be shared here; null when they can.</summary>
    /// <param name="program">Path of sshpod, which ssh asks.</param>
    internal static string? WhyNot(string program) => WhyNot(program, Directory);

    internal static string? WhyNot(string program, string directory)
    {
        var length = Encoding.UTF8.GetByteCount(directory) + 1 + Digest + Suffix;
        if (length > SocketPathLimit)
            return $"the path {directory} is {length - SocketPathLimit} bytes too long for a socket, and XDG_CACHE_HOME can be a shorter one";
        // Match exec stands in double quotes, in which versions of ssh differ about escapes.
        return program.IndexOfAny(['\'', '"', '\\']) >= 0 ? $"the path {program} has a quote or a backslash" : null;
    }

    /// <summary>Claims a host name for the kubeconfig of now.</summary>
    /// <returns>Whether a connection of this name is to be shared: false while one lives that was opened with another kubeconfig.</returns>
    public static async Task<bool> ClaimAsync(string host, CancellationToken cancellation)
    {
        ClientDirectory.Create(Directory);
        var identity = Identity();
        for (var waited = TimeSpan.Zero; ; waited += Pause)
        {
            try
            {
                using (var claim = Open(host, FileAccess.Read, FileShare.Read))
                    if (Read(claim) == identity)
                        return true;
                using var taken = Open(host, FileAccess.ReadWrite, FileShare.None);
                taken.SetLength(0);
                taken.Write(Encoding.ASCII.GetBytes(identity));
                return true;
            }
            // Locked: by one that lives, or for a moment by another that asks or claims.
            catch (IOException) when (waited < Limit / 10)
            {
                await Task.Delay(Pause, cancellation);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }
    }

    /// <summary>Keeps the claim of a host name while a connection lives.</summary>
    /// <returns>To be disposed when it has ended.</returns>
    /// <exception cref="SshpodException">The name was claimed for another kubeconfig since ssh asked.</exception>
    public static async Task<IDisposable> HoldAsync(string host, CancellationToken cancellation)
    {
        ClientDirectory.Create(Directory);
        for (var waited = TimeSpan.Zero; ; waited += Pause)
        {
            try
            {
                var claim = Open(host, FileAccess.Read, FileShare.Read);
                if (Read(claim) == Identity())
                    return claim;
                await claim.DisposeAsync();
                if (!await ClaimAsync(host, cancellation))
                    throw new SshpodException($"a connection to \"{host}\" was opened with another kubeconfig at the same moment", "connect again");
            }
            catch (Exception e) when (e is IOException && waited < Limit)
            {
                await Task.Delay(Pause, cancellation);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new SshpodException($"cannot lock {FileOf(host)}: {e.Message}", "make its directory writable for you");
            }
        }
    }

    private static FileStream Open(string host, FileAccess access, FileShare share)
    {
        // .NET's locks on Unix are those of flock: FileShare.Read is a shared one for a reader, FileShare.None an exclusive one.
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = access, Share = share, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(FileOf(host), options);
    }

    private static string Read(FileStream claim)
    {
        var content = new byte[2 * SHA256.HashSizeInBytes];
        return Encoding.ASCII.GetString(content, 0, claim.ReadAtLeast(content, content.Length, throwOnEndOfStream: false));
    }

    private static string FileOf(string host) =>
        Path.Combine(Directory, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(host)))[..16] + ".claim");

    /// <summary>All that decides what a host name means: which kubeconfig files there are and what is in them, and sshpod's own settings.</summary>
    private static string Identity()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        string[] files = [.. Clusters.KubeconfigFiles.Names(), Settings.UserSettings.File];
        foreach (var file in files)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{Path.GetFullPath(file)}\0"));
            try
            {
                hash.AppendData(File.ReadAllBytes(file));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // What cannot be read decides nothing.
            }
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
