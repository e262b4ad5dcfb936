using System.CommandLine;
using Sshpod.Machine;
using Sshpod.Terminal;

namespace Sshpod.Commands;

/// <summary><c>sshpod completion</c>: prints the script with which a shell completes host names.</summary>
public static class CompletionCommand
{
    private const string Bash = "bash", Zsh = "zsh", Fish = "fish", PowerShell = "powershell";

    /// <summary>Describes the command.</summary>
    public static Command Create()
    {
        var shell = new Argument<string>("SHELL") { Description = $"{Bash}, {Zsh}, {Fish} or {PowerShell}" };
        shell.AcceptOnlyFromAmong(Bash, Zsh, Fish, PowerShell);
        var command = new Command(
            "completion", "Print a script that lets your shell complete host names for ssh, scp and rsync.") { shell };
        command.SetAction((arguments, cancellation) => StandardOutput.WriteAsync(Script(arguments.GetRequiredValue(shell)), cancellation));
        return command;
    }

    private static string Script(string shell)
    {
        using var stream = typeof(CompletionCommand).Assembly.GetManifestResourceStream($"completion.{shell}")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Replace("'@PROGRAM@'", Quote(shell, ProgramPath.Own), StringComparison.Ordinal);
    }

    private static string Quote(string shell, string path) => shell switch
    {
        PowerShell => $"'{path.Replace("'", "''", StringComparison.Ordinal)}'",
        Fish => $"'{path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'",
        _ => $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'",
    };
}
