using System.Diagnostics;
using Sshpod.Terminal;

namespace Sshpod.Machine;

/// <summary>An exclusive lock among sshpod processes, which the system releases when its holder dies.</summary>
public sealed class LockFile : IAsyncDisposable, IDisposable
{
    // EWOULDBLOCK on Linux and on macOS, ERROR_SHARING_VIOLATION.
    private const int HeldOnLinux = 11, HeldOnMac = 35, HeldOnWindows = unchecked((int)0x80070020);

    private readonly FileStream _stream;

    private LockFile(FileStream stream) => _stream = stream;

    /// <summary>Takes the lock if it is free.</summary>
    /// <returns>Null if another process holds it or it cannot be created.</returns>
    public static LockFile? TakeOrNull(string file)
    {
        try
        {
            return new LockFile(new FileStream(file, Options()));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Waits for the lock.</summary>
    /// <param name="file">Its file; created if missing, and kept: after a removal, two could hold the lock.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="SshpodException">It cannot be created, or another process holds it for too long.</exception>
    public static async Task<LockFile> TakeAsync(string file, CancellationToken cancellation)
    {
        var options = Options();
        var pause = MachineLimits.Pause;
        for (var start = Stopwatch.GetTimestamp(); ;)
        {
            try
            {
                return new LockFile(new FileStream(file, options));
            }
            catch (IOException e) when (e.HResult is HeldOnLinux or HeldOnMac or HeldOnWindows)
            {
                if (Stopwatch.GetElapsedTime(start) >= MachineLimits.Lock)
                    throw new SshpodException($"another process has held {file} for {MachineLimits.Lock.TotalSeconds:0} s",
                        "end the sshpod that hangs");
                await Task.Delay(pause, cancellation);
                // Hundreds that wait would otherwise leave the holder little of the processor.
                pause = pause * 2 < MachineLimits.LongestPause ? pause * 2 : MachineLimits.LongestPause;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new SshpodException($"cannot lock {file}: {e.Message}", "make its directory writable for you");
            }
        }
    }

    /// <summary>Replaces what the file says to whoever finds the lock free.</summary>
    public void Write(byte[] content)
    {
        _stream.SetLength(0);
        _stream.Write(content);
        _stream.Flush();
    }

    /// <summary>What the file says.</summary>
    /// <param name="limit">What is longer is cut there.</param>
    public byte[] Read(int limit)
    {
        var content = new byte[limit];
        return content[.._stream.ReadAtLeast(content, limit, throwOnEndOfStream: false)];
    }

    private static FileStreamOptions Options()
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _stream.DisposeAsync();
}
