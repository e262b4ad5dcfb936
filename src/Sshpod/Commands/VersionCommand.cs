using System.CommandLine;
using System.Reflection;
using Sshpod.Server;

namespace Sshpod.Commands;

/// <summary><c>sshpod version</c>.</summary>
public static class VersionCommand
{
    /// <summary>Describes the command.</summary>
    public static Command Create()
    {
        var command = new Command("version", "Print the versions of sshpod and of the OpenSSH server it carries.");
        command.SetAction(_ =>
        {
            Console.WriteLine($"sshpod {typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion}");
            Console.WriteLine($"OpenSSH {Bundles.OpenSshVersion}");
        });
        return command;
    }
}
