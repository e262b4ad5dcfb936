using System.CommandLine;
using System.Reflection;
using Sshpod.Server;
using Sshpod.Terminal;

namespace Sshpod.Commands;

/// <summary><c>sshpod version</c>.</summary>
public static class VersionCommand
{
    /// <summary>The exit code when a newer release is out.</summary>
    private const int IsOutdated = 1;

    /// <summary>Describes the command.</summary>
    public static Command Create()
    {
        var check = new Option<bool>("--check") { Description = "ask whether a newer release is out; sshpod asks only then" };
        var command = new Command("version", "Print the versions and hashes of sshpod and of the OpenSSH servers it carries.") { check };
        command.SetAction(async (arguments, cancellation) =>
        {
            if (arguments.GetValue(check))
                return await CheckAsync(cancellation);
            Print();
            return 0;
        });
        return command;
    }

    /// <summary>One line about a source package; it says so if a newer version was listed when the bundles were built.</summary>
    internal static string Describe(BundleSource source) => source.IsOlderThanListed
        ? $"made from {source.Name} {source.Version}; Debian listed {source.NewestListed}, which could not be fetched"
        : $"made from {source.Name} {source.Version}";

    private static string Own =>
        typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";

    private static void Print()
    {
        Console.WriteLine($"sshpod {Own}");
        foreach (var bundle in Bundles.All)
            Console.WriteLine($"OpenSSH {Bundles.OpenSshVersion} for {bundle.Architecture}, sha256 {bundle.Sha256}");
        foreach (var source in Bundles.Sources)
            Console.WriteLine(Describe(source));
    }

    private static async Task<int> CheckAsync(CancellationToken cancellation)
    {
        var releases = NewestRelease.Address();
        var newest = await NewestRelease.FindAsync(releases, cancellation);
        var own = ReleaseVersion.Parse(Own)
            ?? throw new SshpodException($"this sshpod does not have the version of a release, but \"{Own}\"");
        var installer = $"{releases.AbsoluteUri.TrimEnd('/')}/latest/download/install.{(OperatingSystem.IsWindows() ? "ps1" : "sh")}";
        var difference = own.CompareTo(newest);
        Console.WriteLine(difference switch
        {
            0 => $"sshpod {own} is the newest release",
            > 0 => $"sshpod {own} is newer than the newest release, {newest}",
            < 0 => $"sshpod {newest} is out, and this is {own}: upgrade it the way you installed it, or with {installer}",
        });
        return difference < 0 ? IsOutdated : 0;
    }
}
