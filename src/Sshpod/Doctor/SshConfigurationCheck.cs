using Sshpod.Machine;
using Sshpod.Ssh;

namespace Sshpod.Doctor;

/// <summary>What ssh will do for the host name, by its own word: that it runs this program, and takes our key and our known hosts.</summary>
internal static class SshConfigurationCheck
{
    /// <summary>Asks ssh.</summary>
    /// <param name="ssh">Its path.</param>
    /// <param name="options">Its options, such as <c>-F FILE</c>.</param>
    /// <param name="host">The host name.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task<Finding<string>> RunAsync(string ssh, IEnumerable<string> options, string host, CancellationToken cancellation)
    {
        var run = await SshProgram.RunAsync(ssh, [.. options, "-vvv", "-G", "--", host], cancellation);
        return run.ExitCode == 0
            ? Judge(host, SshSettings.Parse(run.Output), SshSources.Parse(run.ErrorText, Read), Environment.ProcessPath!)
            : Finding.Failure<string>($"ssh does not understand its configuration: {string.Join(": ", run.ErrorText.Split('\n').Where(line => line.Length > 0 && !line.StartsWith("debug", StringComparison.Ordinal)).TakeLast(2))}",
                "correct that file");
    }

    /// <summary>Judges what ssh says.</summary>
    /// <param name="host">The host name that it was asked for.</param>
    /// <param name="settings">What it will do.</param>
    /// <param name="sources">Where it has that from.</param>
    /// <param name="program">The path of this program.</param>
    internal static Finding<string> Judge(string host, SshSettings settings, SshSources sources, string program)
    {
        var above = $"move that below the line that includes {SshConfiguration.OwnFile}, or run sshpod configure";
        if (settings["proxycommand"] is not { } line)
            return settings["proxyjump"] is { } jump
                ? Finding.Failure<string>($"ssh goes to {host} by ProxyJump {jump} and not by sshpod{At(sources, "proxyjump")}", above)
                : Finding.Failure<string>($"ssh does not use sshpod for {host}{At(sources, "proxycommand", "proxyjump")}", "run sshpod configure");
        if (SshProxyCommand.Parse(line) is not { } command)
            return Finding.Failure<string>($"ssh runs another ProxyCommand for {host}: {line}{At(sources, "proxycommand")}", above);
        if (ProgramPath.Find(command.Program) is not { } configured || !File.Exists(configured))
            return Finding.Failure<string>($"ssh runs {command.Program}, which is not there{At(sources, "proxycommand")}", "run sshpod configure with the program where it is now");

        var failures = Failures(settings, sources).ToArray();
        var warnings = Warnings(settings, sources).ToList();
        if (Real(configured) != Real(program))
            warnings.Add($"ssh runs another sshpod: {configured}; this one is {program}");
        var text = string.Join(", ", [.. failures, .. warnings]);
        return failures.Length > 0 ? Finding.Failure<string>(text, above)
            : warnings.Count > 0 ? Finding.Warning(line, text, above)
            : Finding.Ok(line, $"ssh runs {configured}, with our key and known hosts");
    }

    private static IEnumerable<string> Failures(SshSettings settings, SshSources sources)
    {
        var identity = ClientIdentity.Files[0];
        if (!Has(settings, identity))
            yield return $"IdentityFile is not {identity}{At(sources, "identityfile")}";
        // Several stand in one line, without quotes.
        if (!settings.All("userknownhostsfile").Any(files => files.Contains(KnownHosts.File, StringComparison.Ordinal) || files.Contains(Escaped(KnownHosts.File), StringComparison.Ordinal)))
            yield return $"UserKnownHostsFile is not {KnownHosts.File}{At(sources, "userknownhostsfile")}";
        if (settings["pubkeyauthentication"] is "no" or "false")
            yield return $"PubkeyAuthentication is no{At(sources, "pubkeyauthentication")}";
        if (settings["hostkeyalgorithms"] is { } algorithms && !algorithms.Split(',').Contains(PublicKey.Algorithm))
            yield return $"HostKeyAlgorithms are without {PublicKey.Algorithm}{At(sources, "hostkeyalgorithms")}";
    }

    private static IEnumerable<string> Warnings(SshSettings settings, SshSources sources)
    {
        if (settings["stricthostkeychecking"] is not ("yes" or "true"))
            yield return $"StrictHostKeyChecking is not yes{At(sources, "stricthostkeychecking")}";
        if (settings["identitiesonly"] is not "yes")
            yield return $"IdentitiesOnly is not yes{At(sources, "identitiesonly")}: keys of your agent are tried first";
        // As an earlier version wrote it.
        if (ClientIdentity.Files is [var first, var next] && Has(settings, first) && !Has(settings, next))
            yield return $"IdentityFile is not {next} too, and so the key is never replaced";
    }

    private static string At(SshSources sources, params ReadOnlySpan<string> keywords) =>
        sources.Find(keywords) is { } where ? $", since {where} says so" : "";

    private static bool Has(SshSettings settings, string identity) => settings.All("identityfile").Any(file => Is(file, identity));

    private static bool Is(string said, string file) => said == file || said == Escaped(file);

    // ssh -G prints some values before it has expanded them.
    private static string Escaped(string path) => path.Replace("%", "%%", StringComparison.Ordinal);

    private static string Real(string file) => new FileInfo(file).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? Path.GetFullPath(file);

    private static string? Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
