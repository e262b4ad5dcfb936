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
            var version = typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>();
            Console.WriteLine($"sshpod {version?.InformationalVersion}");
            foreach (var bundle in Bundles.All)
                Console.WriteLine($"OpenSSH {Bundles.OpenSshVersion} for {bundle.Architecture}, sha256 {bundle.Sha256}");
            foreach (var source in Bundles.Sources)
                Console.WriteLine(Describe(source));
        });
        return command;
    }

    /// <summary>One line about a source package; it says so if a newer version was listed when the bundles were built.</summary>
    internal static string Describe(BundleSource source) => source.IsOlderThanListed
        ? $"made from {source.Name} {source.Version}; Debian listed {source.NewestListed}, which could not be fetched"
        : $"made from {source.Name} {source.Version}";
}
