using System.Globalization;
using Sshpod.Machine;
using Sshpod.Ssh;

namespace Sshpod.Doctor;

/// <summary>What ssh will do for the host name, as it reports itself: that it runs this program and uses our key and known hosts.</summary>
internal static class SshConfigurationCheck
{
    // ssh_config(5): ServerAliveCountMax.
    private const long UsualCount = 3;

    /// <summary>Asks ssh.</summary>
    /// <param name="ssh">Its path.</param>
    /// <param name="options">Its options, such as <c>-F FILE</c>.</param>
    /// <param name="host">The host name.</param>
    /// <param name="identity">The key that logs in.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task<Finding<string>> RunAsync(
        string ssh, IEnumerable<string> options, string host, ClientIdentity identity, CancellationToken cancellation)
    {
        var run = await SshProgram.RunAsync(ssh, [.. options, "-vvv", "-G", "--", host], cancellation);
        if (run.ExitCode == 0)
            return Judge(host, SshSettings.Parse(run.Output), SshSources.Parse(run.ErrorText, Read), Environment.ProcessPath!, identity);
        var said = run.ErrorText.Split('\n').Where(line => line.Length > 0 && !line.StartsWith("debug", StringComparison.Ordinal));
        return Finding.Failure<string>(
            $"ssh does not understand its configuration: {string.Join(": ", said.TakeLast(2))}", "correct that file");
    }

    /// <summary>Judges what ssh reports.</summary>
    /// <param name="host">The host name that ssh was asked about.</param>
    /// <param name="settings">The settings that ssh reports.</param>
    /// <param name="sources">Where ssh got them.</param>
    /// <param name="program">The path of this program.</param>
    /// <param name="identity">The key that logs in.</param>
    internal static Finding<string> Judge(string host, SshSettings settings, SshSources sources, string program, ClientIdentity identity)
    {
        var above = $"move that below the line that includes {SshConfiguration.OwnFile}, or run sshpod configure";
        if (settings["proxycommand"] is not { } line)
            return settings["proxyjump"] is { } jump
                ? Finding.Failure<string>($"ssh reaches {host} through ProxyJump {jump}, not sshpod{At(sources, "proxyjump")}", above)
                : Finding.Failure<string>($"ssh does not use sshpod for {host}{At(sources, "proxycommand", "proxyjump")}",
                    "run sshpod configure");
        if (SshProxyCommand.Parse(line) is not { } command)
            return Finding.Failure<string>($"ssh runs another ProxyCommand for {host}: {line}{At(sources, "proxycommand")}", above);
        if (ProgramPath.Find(command.Program) is not { } configured || !File.Exists(configured))
            return Finding.Failure<string>($"ssh runs {command.Program}, which does not exist{At(sources, "proxycommand")}",
                "run sshpod configure with the program at its present path");

        var failures = Failures(host, settings, identity.Files[0]).ToArray();
        var warnings = Warnings(settings, identity).ToList();
        var others = SshPath.IsSame(RealPath.Of(configured), RealPath.Of(program)) ? []
            : new[] { $"ssh runs another sshpod: {configured}; this one is {program}" };
        Mistake[] mistakes = [.. failures, .. warnings];
        var text = string.Join(
            ", ", [.. mistakes.Select(mistake => $"{mistake.Text}{At(sources, mistake.Keywords)}{mistake.Consequence}"), .. others]);
        var advice = mistakes is [var first, ..] ? Advice(first, sources, above) : above;
        return failures.Length > 0 ? Finding.Failure<string>(text, advice)
            : text.Length > 0 ? Finding.Warning(line, text, advice)
            : Finding.Ok(line, $"ssh runs {configured}, with our key and known hosts");
    }

    private static string Advice(Mistake mistake, SshSources sources, string above) =>
        // Our block names a file that lists the key under any name; OpenSSH before 8.4 does not find it.
        mistake.Keywords is ["hostkeyalias"]
            ? "run sshpod configure; where ssh is older than 8.4, limit it to other hosts, for example with Host * !*.sshpod"
        : sources.IsIn(ConfigurationBlock.UserFile, mistake.Keywords) ? $"remove it from {ConfigurationBlock.UserFile}"
        // Our block came first and did not set it, so it is from an earlier version.
        : sources.IsBelow(SshConfiguration.OwnFile, mistake.Keywords) ? "run sshpod configure, which sets it first"
        : above;

    private static IEnumerable<Mistake> Failures(string host, SshSettings settings, string identity)
    {
        if (!Has(settings, identity))
            yield return new($"IdentityFile is not {identity}", ["identityfile"]);
        // Several files share one line, without quotes.
        if (!settings.All("userknownhostsfile").Any(files => SshPath.IsAmong(files, KnownHosts.File)
            || SshPath.IsAmong(files, Escaped(KnownHosts.File))))
            yield return new($"UserKnownHostsFile is not {KnownHosts.File}", ["userknownhostsfile"]);
        if (settings["pubkeyauthentication"] is "no" or "false")
            yield return new("PubkeyAuthentication is no", ["pubkeyauthentication"]);
        foreach (var (keyword, earlier, name) in new[] { ("hostkeyalgorithms", "hostkeyalgorithms", "HostKeyAlgorithms"),
            ("pubkeyacceptedalgorithms", "pubkeyacceptedkeytypes", "PubkeyAcceptedAlgorithms") })
            if ((settings[keyword] ?? settings[earlier]) is { } algorithms && !algorithms.Split(',').Contains(PublicKey.Algorithm))
                yield return new($"{name} lacks {PublicKey.Algorithm}", [keyword, earlier]);
        if (settings["hostname"] is { } target && !target.Equals(host, StringComparison.OrdinalIgnoreCase))
            yield return new($"HostName is {target}", ["hostname"]);
        if (settings["hostkeyalias"] is { } alias && !FindsKeyByAnyName(host, settings))
            yield return new($"HostKeyAlias is {alias}", ["hostkeyalias"]);
        if (settings["proxyusefdpass"] is "yes")
            yield return new("ProxyUseFdpass is yes", ["proxyusefdpass"]);
    }

    // ssh -G prints the file name with tokens expanded; before 8.4 ssh does not expand them, and looks for the literal name.
    private static bool FindsKeyByAnyName(string host, SshSettings settings) =>
        KnownHosts.FileOf(host) is { } file && settings.All("userknownhostsfile").Any(files => SshPath.IsAmong(files, file));

    private static IEnumerable<Mistake> Warnings(SshSettings settings, ClientIdentity identity)
    {
        if (settings["stricthostkeychecking"] is not ("yes" or "true"))
            yield return new("StrictHostKeyChecking is not yes", ["stricthostkeychecking"]);
        if (settings["identitiesonly"] is not "yes")
            yield return new("IdentitiesOnly is not yes", ["identitiesonly"], ": your agent's keys are tried first");
        if (settings["serveraliveinterval"] is { } interval && Seconds(interval) is > 0 and var each)
            yield return new($"ServerAliveInterval is {each}", ["serveraliveinterval"],
                $": ssh ends a session after an outage of {each * (Seconds(settings["serveralivecountmax"]) ?? UsualCount)} s");
        // An earlier version wrote only the first.
        if (identity.Files is [var first, var next] && Has(settings, first) && !Has(settings, next))
            yield return new($"IdentityFile lacks {next}, so the key is never replaced", []);
        if (settings["addkeystoagent"] is not (null or "no" or "false"))
            yield return new("AddKeysToAgent is not no", ["addkeystoagent"], ": sshpod's key is added to your agent and forwarded with it");
    }

    private static long? Seconds(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>A setting that differs from our block.</summary>
    /// <param name="Text">What ssh reports.</param>
    /// <param name="Keywords">The keyword, and its earlier names.</param>
    /// <param name="Consequence">What follows from it, if that is not obvious.</param>
    private sealed record Mistake(string Text, string[] Keywords, string Consequence = "");

    private static string At(SshSources sources, params ReadOnlySpan<string> keywords) =>
        sources.Find(keywords) is { } where ? $", since {where} says so" : "";

    private static bool Has(SshSettings settings, string identity) => settings.All("identityfile").Any(file => Is(file, identity));

    private static bool Is(string said, string file) => SshPath.IsSame(said, file) || SshPath.IsSame(said, Escaped(file));

    // ssh -G prints some values unexpanded.
    private static string Escaped(string path) => path.Replace("%", "%%", StringComparison.Ordinal);

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
