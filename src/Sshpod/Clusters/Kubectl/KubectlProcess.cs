using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Sshpod.Terminal;

namespace Sshpod.Clusters.Kubectl;

/// <summary>
/// One run of the user's kubectl. Its stdin is never ours, which is the ssh stream: it is a pipe, or empty.
/// Disposing ends it.
/// </summary>
internal sealed class KubectlProcess : IAsyncDisposable
{
    // Enough for every message; a plugin that babbles for hours does not fill the memory.
    private const int MaxErrorText = 16 * 1024;

    private readonly Process _process;
    private readonly Task<string> _errorText;

    private KubectlProcess(Process process)
    {
        _process = process;
        _errorText = ReadErrorTextAsync(process.StandardError.BaseStream);
    }

    /// <summary>kubectl's stdin, of a run started with input.</summary>
    public Stream Input => _process.StandardInput.BaseStream;

    /// <summary>kubectl's stdout.</summary>
    public Stream Output => _process.StandardOutput.BaseStream;

    /// <summary>Starts kubectl.</summary>
    /// <param name="arguments">Its arguments, one each.</param>
    /// <param name="withInput">Whether <see cref="Input"/> is used; otherwise stdin is empty.</param>
    /// <exception cref="SshpodException">There is no kubectl.</exception>
    public static KubectlProcess Start(IEnumerable<string> arguments, bool withInput)
    {
        var start = new ProcessStartInfo("kubectl", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            CreateNoWindow = true,
        };
        try
        {
            var process = Process.Start(start)!;
            if (!withInput)
                process.StandardInput.Close();
            return new KubectlProcess(process);
        }
        catch (Win32Exception e)
        {
            throw new SshpodException($"cannot run kubectl: {e.Message}", "install kubectl and put it on your PATH");
        }
    }

    /// <summary>Waits for the end.</summary>
    /// <returns>The exit code, and the end of what it said on stderr.</returns>
    public async Task<(int ExitCode, string ErrorText)> WaitAsync(CancellationToken cancellation)
    {
        await _process.WaitForExitAsync(cancellation);
        return (_process.ExitCode, await _errorText.WaitAsync(cancellation));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        try
        {
            _process.Kill();
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It has ended by itself.
        }
        _process.Dispose();
        return ValueTask.CompletedTask;
    }

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
            // The process was ended by us: nobody reads this text.
        }
        return text.ToString();
    }
}
