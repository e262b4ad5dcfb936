using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sshpod.Clusters;
using Sshpod.Machine;
using Sshpod.Ssh;
using Sshpod.Terminal;

namespace Sshpod.Connections;

/// <summary>
/// Which host names have a connection that ssh may share (<c>ControlMaster</c>).
/// <para>
/// ssh finds an open connection by host name and user alone, and its <c>%C</c> folds case. But <c>pod--db-0.sshpod</c> is another pod after
/// <c>kubectl config use-context</c>, and <c>context--PROD</c> is another cluster than <c>context--prod</c>. So a name, in lower case, is
/// claimed for its meaning (<see cref="HostMeaning"/>): the claim is a file that holds the digest and is locked while a connection of this
/// name lives. As long as one does, the name cannot be claimed for another meaning, and ssh opens a connection of its own.
/// </para>
/// <para>
/// The digest is followed by the period in which the connection may take further sessions: not beyond the access that the last exec gave.
/// During an outage, <c>lost</c> takes its place: a session that joined would hang without a word, while a connection of its own works, or
/// says why it does not.
/// </para>
/// </summary>
public static class SharedConnections
{
    /// <summary>Claims a host name for its current meaning.</summary>
    /// <param name="host">What ssh was given.</param>
    /// <param name="snapshot">What the user has set up.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>
    /// Whether a connection of this name may be shared: false while one lives that was opened for another meaning or has lost access.
    /// </returns>
    public static async Task<bool> ClaimAsync(GivenHost host, Snapshot snapshot, CancellationToken cancellation)
    {
        ClientDirectory.Create(ControlPath.Directory);
        var meaning = HostMeaning.Digest(host, snapshot);
        var limit = ConnectionLimits.Claim / 10;
        for (var waited = TimeSpan.Zero; ; waited += ConnectionLimits.ClaimPause)
        {
            try
            {
                using (var claim = Open(host, FileAccess.Read, FileShare.Read))
                {
                    var read = Claim.Read(claim);
                    if (read?.Meaning == meaning && read.Holds(DateTimeOffset.UtcNow))
                        return true;
                    // That connection may live for hours after its access has expired, so do not wait for it.
                    if (read?.Meaning == meaning)
                        limit = ConnectionLimits.ClaimPause;
                }
                using var taken = Open(host, FileAccess.ReadWrite, FileShare.None);
                taken.SetLength(0);
                taken.Write(new Claim(meaning).ToBytes());
                return true;
            }
            // Locked: by a live connection, or for a moment by another process that asks or claims.
            catch (IOException) when (waited < limit)
            {
                await Task.Delay(ConnectionLimits.ClaimPause, cancellation);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }
    }

    /// <summary>Holds the claim of a host name while a connection lives.</summary>
    /// <param name="host">What ssh was given.</param>
    /// <param name="snapshot">What the user has set up.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>The claim, to be disposed when the connection has ended.</returns>
    /// <exception cref="SshpodException">The name was claimed for something else since ssh asked.</exception>
    public static async Task<HeldClaim> HoldAsync(GivenHost host, Snapshot snapshot, CancellationToken cancellation)
    {
        ClientDirectory.Create(ControlPath.Directory);
        var meaning = HostMeaning.Digest(host, snapshot);
        for (var waited = TimeSpan.Zero; ; waited += ConnectionLimits.ClaimPause)
        {
            try
            {
                // A shared lock in spite of write access: other holders may write the same.
                var file = Open(host, FileAccess.ReadWrite, FileShare.ReadWrite);
                if (Claim.Read(file)?.Meaning == meaning)
                    return new HeldClaim(file, meaning);
                await file.DisposeAsync();
                if (!await ClaimAsync(host, snapshot, cancellation))
                    throw new SshpodException(
                        $"a connection to \"{host}\" with another kubeconfig, context or setting was opened at the same moment",
                        "connect again");
            }
            catch (Exception e) when (e is IOException && waited < ConnectionLimits.Claim)
            {
                await Task.Delay(ConnectionLimits.ClaimPause, cancellation);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new SshpodException($"cannot lock {FileOf(host)}: {e.Message}", "make its directory writable for you");
            }
        }
    }

    private static FileStream Open(GivenHost host, FileAccess access, FileShare share)
    {
        // On Unix, .NET locks with flock: exclusive for FileShare.None, otherwise shared.
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = access, Share = share, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(FileOf(host), options);
    }

    private static string FileOf(GivenHost host) => Path.Combine(ControlPath.Directory, $"{host.Digest}.claim");

    /// <summary>A claim that is held while a connection lives.</summary>
    public sealed class HeldClaim : IDisposable
    {
        private readonly FileStream _file;
        private readonly string _meaning;
        private Claim _claim;

        internal HeldClaim(FileStream file, string meaning) => (_file, _meaning, _claim) =
            (file, meaning, new Claim(meaning));

        /// <summary>Lets the connection take further sessions within this period only.</summary>
        public void Allow(DateTimeOffset since, DateTimeOffset until)
        {
            _claim = new Claim(_meaning, since.ToUnixTimeSeconds(), until.ToUnixTimeSeconds());
            Write(_claim);
        }

        /// <summary>Lets it take none during an outage, and after it as before.</summary>
        /// <param name="isLost">Whether there is an outage.</param>
        public void SetLost(bool isLost) => Write(_claim with { IsLost = isLost });

        // The disk may be full for a moment, and the connection is worth more than what is said about it.
        private void Write(Claim claim)
        {
            try
            {
                _file.Position = 0;
                _file.Write(claim.ToBytes());
            }
            catch (IOException e)
            {
                Log.Debug($"not said in {_file.Name}: {e.Message}");
            }
        }

        /// <inheritdoc/>
        public void Dispose() => _file.Dispose();
    }

    /// <summary>The content of a claim's file. With times its length is always the same, so it is overwritten as a whole.</summary>
    internal sealed record Claim(string Meaning, long? Since = null, long? Until = null, bool IsLost = false)
    {
        private const int MeaningLength = 2 * SHA256.HashSizeInBytes, TimeLength = 19;

        private const string LostWord = "lost";

        /// <summary>Null for a file that holds no claim, such as a new one.</summary>
        public static Claim? Read(FileStream file)
        {
            var content = new byte[MeaningLength + 2 * (1 + TimeLength)];
            var words = Encoding.ASCII.GetString(content, 0, file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false))
                .TrimEnd().Split(' ');
            return words switch
            {
                [{ Length: MeaningLength } meaning] => new Claim(meaning),
                [{ Length: MeaningLength } meaning, LostWord] => new Claim(meaning, IsLost: true),
                [{ Length: MeaningLength } meaning, var since, var until] when Number(since) is { } from && Number(until) is { } to =>
                    new Claim(meaning, from, to),
                _ => null,
            };
        }

        public byte[] ToBytes() => Encoding.ASCII.GetBytes(
            IsLost ? $"{Meaning} {LostWord,-((2 * TimeLength) + 1)}"
            : Since is { } since && Until is { } until
                ? string.Create(CultureInfo.InvariantCulture, $"{Meaning} {since:D19} {until:D19}")
            : Meaning);

        // Without times the connection is still being opened. A clock that was set back proves nothing.
        public bool Holds(DateTimeOffset now) =>
            !IsLost && (Since is not { } since || now.ToUnixTimeSeconds() is var seconds && since <= seconds && seconds < Until);

        private static long? Number(string text) =>
            long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}
