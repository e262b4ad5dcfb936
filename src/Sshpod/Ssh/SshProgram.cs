using System.ComponentModel;
using System.Diagnostics;
using Sshpod.Terminal;

namespace Sshpod.Ssh;

/// <summary>What a program did.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">Its stdout.</param>
/// <param name="ErrorText">Its stderr.</param>
internal sealed record SshProgramRun(int ExitCode, string Output, string ErrorText);

/// <summary>The programs of the user's OpenSSH. Their stdin is empty, since ours may be the ssh stream.</summary>
internal static class SshProgram
{
    /// <summary>Runs one to its end.</summary>
    /// <param name="program">Its name.</param>
    /// <param name="arguments">Its arguments, one each.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="SshpodException">It cannot be run.</exception>
    public static async Task<SshProgramRun> RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            CreateNoWindow = true,
        };
        try
        {
            using var process = Process.Start(start)!;
            try
            {
                process.StandardInput.Close();
                var output = process.StandardOutput.ReadToEndAsync(cancellation);
                var errorText = await process.StandardError.ReadToEndAsync(cancellation);
                await process.WaitForExitAsync(cancellation);
                return new SshProgramRun(process.ExitCode, await output, errorText);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw;
            }
        }
        catch (Win32Exception e)
        {
            throw new SshpodException($"cannot run {program}: {e.Message}", "install the OpenSSH client");
        }
    }
}
