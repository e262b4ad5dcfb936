using System.CommandLine;
using Sshpod.Ssh;
using Sshpod.Terminal;

namespace Sshpod.Commands;

/// <summary><c>sshpod configure</c>: makes the user's ssh use sshpod for <c>*.sshpod</c>.</summary>
public static class ConfigureCommand
{
    /// <summary>Describes the command.</summary>
    public static Command Create()
    {
        var path = new Option<FileInfo>("--ssh-config") { Description = "ssh configuration to include ours into (default: ~/.ssh/config)", HelpName = "PATH" };
        var command = new Command("configure", "Make ssh use sshpod for host names that end in .sshpod.") { path };
        command.SetAction((arguments, cancellation) => RunAsync(arguments.GetValue(path)?.FullName ?? ClientDirectory.SshConfig, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(string sshConfig, CancellationToken cancellation)
    {
        await ClientKey.EnsureAsync(cancellation);
        var changes = new SshConfiguration(sshConfig).Apply();
        if (changes.Count == 0)
            Log.Notice($"{sshConfig} is up to date");
        foreach (var change in changes)
            Log.Notice(change);
        return 0;
    }
}
