using System.Diagnostics;
using Sshpod.Ssh;

namespace Sshpod.Doctor;

/// <summary>The whole path: ssh itself connects, logs in and runs a command.</summary>
internal static class LoginCheck
{
    // No prompts, no connection that is already open, and nothing else that the configuration may do at login.
    private static readonly string[] Options =
        ["-T", "-o", "BatchMode=yes", "-o", "ControlPath=none", "-o", "ControlMaster=no", "-o", "ClearAllForwardings=yes", "-o",
            "RemoteCommand=none", "-o", "PermitLocalCommand=no"];

    /// <summary>Runs ssh.</summary>
    /// <param name="ssh">Its path.</param>
    /// <param name="options">Its options, such as <c>-F FILE</c>.</param>
    /// <param name="destination">What the user would give to ssh.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task<Finding<string>> RunAsync(
        string ssh, IEnumerable<string> options, string destination, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        // A command that works in every container with a shell.
        var run = await SshProgram.RunAsync(ssh, [.. options, .. Options, "--", destination, "exit 0"], cancellation);
        if (run.ExitCode == 0)
            return Finding.Ok($"ssh {destination} works, in {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s");
        var lines = run.ErrorText.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        // Our own line says most; of ssh's lines the last says more than the first.
        var said = lines.FirstOrDefault(line => line.StartsWith("sshpod: ", StringComparison.Ordinal))?["sshpod: ".Length..]
            ?? lines.LastOrDefault() ?? "no message";
        return Finding.Failure<string>($"ssh {destination} exited with {run.ExitCode}: {said}", $"see ssh -v {destination}");
    }
}
