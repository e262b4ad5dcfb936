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
        var command = new Command("version", "Print the versions and hashes of sshpod and of the OpenSSH servers it carries.");
        command.SetAction(_ =>
        {
            Console.WriteLine($"sshpod {typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion}");
            foreach (var bundle in Bundles.All)
                Console.WriteLine($"OpenSSH {Bundles.OpenSshVersion} for {bundle.Architecture}, sha256 {bundle.Sha256}");
        });
        return command;
    }
}
