using System.Text;
using Sshpod.Machine;
using Sshpod.Terminal;

namespace Sshpod.Ssh;

/// <summary>The result of a program.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">Its stdout.</param>
/// <param name="ErrorText">Its stderr.</param>
internal sealed record SshProgramRun(int ExitCode, string Output, string ErrorText);

/// <summary>The programs of the user's OpenSSH. Their stdin is empty, since ours may be the ssh stream.</summary>
internal static class SshProgram
{
    /// <summary>Runs a program until it exits.</summary>
    /// <param name="program">Its name, or an absolute path.</param>
    /// <param name="arguments">Its arguments, unquoted.</param>
    /// <param name="cancellation">Cancels it.</param>
    /// <exception cref="SshpodException">It cannot be run, or does not exit in time.</exception>
    public static async Task<SshProgramRun> RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        await using var process = Start(program, arguments);
        using var limit = process.LinkTo(cancellation);
        try
        {
            var output = ReadAsync(process.Output, limit.Token);
            var errorText = await ReadAsync(process.Error, limit.Token);
            return new SshProgramRun(await process.WaitAsync(limit.Token), await output, errorText);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new SshpodException($"{program} did not end in {SshLimits.Program.TotalSeconds:0} s", "run it by hand to see why");
        }
    }

    private static ChildProcess Start(string program, IEnumerable<string> arguments)
    {
        try
        {
            return ChildProcess.Start(program, arguments, SshLimits.Program);
        }
        catch (CannotRunException e)
        {
            throw new SshpodException($"cannot run {program}: {e.Message}", "install the OpenSSH client");
        }
    }

    private static async Task<string> ReadAsync(Stream stream, CancellationToken cancellation)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync(cancellation);
    }
}
