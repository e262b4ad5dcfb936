using System.Text;
using Sshpod.Machine;
using Sshpod.Terminal;

namespace Sshpod.Clusters.Kubectl;

/// <summary>
/// One run of the user's kubectl. Its stdin is a pipe or empty, never our own, which is the ssh stream. Disposing ends kubectl and the
/// credential plugin that it runs.
/// </summary>
internal sealed class KubectlProcess : IAsyncDisposable
{
    // Enough for any message; a plugin that writes for hours does not fill the memory.
    private const int MaxErrorText = 16 * 1024;

    private readonly ChildProcess _process;
    private readonly Task<string> _errorText;

    private KubectlProcess(ChildProcess process)
    {
        _process = process;
        _errorText = ReadErrorTextAsync(process.Error);
    }

    /// <summary>kubectl's stdin, when started with input.</summary>
    public Stream Input => _process.Input;

    /// <summary>kubectl's stdout.</summary>
    public Stream Output => _process.Output;

    /// <summary>Whether it was ended because it exceeded its limit.</summary>
    public bool IsOverdue => _process.IsOverdue;

    /// <summary>Starts kubectl.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="withInput">Whether <see cref="Input"/> is used; otherwise stdin is empty.</param>
    /// <param name="limit">How long it may run; <see cref="Timeout.InfiniteTimeSpan"/> for one that carries a connection.</param>
    /// <exception cref="SshpodException">kubectl cannot be run.</exception>
    public static KubectlProcess Start(IEnumerable<string> arguments, bool withInput, TimeSpan limit)
    {
        try
        {
            return new KubectlProcess(ChildProcess.Start("kubectl", arguments, limit, withInput));
        }
        catch (CannotRunException e)
        {
            throw new SshpodException($"cannot run kubectl: {e.Message}", "install kubectl and put it on your PATH");
        }
    }

    /// <summary>A token that is cancelled when the caller cancels or the process exceeds its limit.</summary>
    public CancellationTokenSource LinkTo(CancellationToken cancellation) => _process.LinkTo(cancellation);

    /// <summary>Waits for kubectl to exit.</summary>
    /// <returns>The exit code and the tail of its stderr.</returns>
    public async Task<(int ExitCode, string ErrorText)> WaitAsync(CancellationToken cancellation)
    {
        var exitCode = await _process.WaitAsync(cancellation);
        return (exitCode, await _errorText.WaitAsync(cancellation));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _process.DisposeAsync();

    // Always read, so that kubectl never blocks on a full pipe.
    private static async Task<string> ReadErrorTextAsync(Stream stream)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            for (int count; (count = await stream.ReadAsync(buffer)) > 0;)
            {
                text.Append(Encoding.UTF8.GetString(buffer, 0, count));
                if (text.Length > MaxErrorText)
                    text.Remove(0, text.Length - MaxErrorText);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // We ended the process: nobody reads this text.
        }
        return text.ToString();
    }
}
