using Sshpod.Doctor;
using Sshpod.Ssh;

namespace Sshpod.Tests.Doctor;

public class SshConfigurationCheckTests
{
    private const string Program = "/bin/sh";

    // What OpenSSH 9.2 prints, as far as it matters here.
    private static readonly string[] Good =
    [
        "host pod--x.sshpod", "hostname pod--x.sshpod", "pubkeyauthentication true", "identitiesonly yes", "stricthostkeychecking true",
        "hostkeyalgorithms ssh-ed25519",
        $"identityfile {ClientKey.File}\nidentityfile {ClientKey.NextFile}", $"userknownhostsfile {KnownHosts.File}",
        $"proxycommand {Program} proxy --host %n",
    ];

    private const string Said = """
        OpenSSH_9.2p1 Debian-2+deb12u6, OpenSSL 3.0.19 27 Jan 2026
        debug1: Reading configuration data /home/me/.ssh/config
        debug2: checking match for 'host nothing.example' host pod--x.sshpod originally pod--x.sshpod
        debug3: /home/me/.ssh/config line 3: not matched 'host "nothing.example"'
        debug2: match not found
        debug1: /home/me/.ssh/config line 5: Applying options for *
        debug2: checking match for 'host *.sshpod exec true' host pod--x.sshpod originally pod--x.sshpod
        debug3: /home/me/.ssh/config line 9: matched 'host "pod--x.sshpod"'
        debug1: Executing command: 'true'
        debug3: command returned status 0
        debug3: /home/me/.ssh/config line 9: matched 'exec "true"'
        debug2: match found
        debug1: Reading configuration data /etc/ssh/ssh_config
        """;

    private const string Config = """
        # mine
        IdentityFile ~/.ssh/other
        Match host nothing.example
            IdentitiesOnly no
        Host *
            StrictHostKeyChecking=no
            userknownhostsfile /dev/null

        Match host *.sshpod exec true
            ProxyCommand nc %h %p
        """;

    [Fact]
    public void Our_configuration_in_effect_is_ok() => Assert.Equal(CheckOutcome.Ok, Judge().Outcome);

    [Theory]
    [InlineData("proxycommand nc %h %p", nameof(CheckOutcome.Failure),
        "ssh runs another ProxyCommand for pod--x.sshpod: nc %h %p, since line 10 of /home/me/.ssh/config (Match host *.sshpod exec true) "
        + "says so")]
    [InlineData("proxycommand '/gone/sshpod' proxy --host %n --user %r", nameof(CheckOutcome.Failure),
        "ssh runs /gone/sshpod, which does not exist")]
    [InlineData("proxycommand '/bin/cat' proxy --host %n --user %r", nameof(CheckOutcome.Warning),
        "ssh runs another sshpod: /bin/cat; this one is /bin/sh")]
    [InlineData("proxycommand", nameof(CheckOutcome.Failure), "ssh does not use sshpod for pod--x.sshpod")]
    [InlineData("stricthostkeychecking false", nameof(CheckOutcome.Warning),
        "StrictHostKeyChecking is not yes, since line 6 of /home/me/.ssh/config (Host *) says so")]
    [InlineData("userknownhostsfile /dev/null", nameof(CheckOutcome.Failure), ", since line 7 of /home/me/.ssh/config (Host *) says so")]
    [InlineData("identityfile ~/.ssh/other", nameof(CheckOutcome.Failure), ", since line 2 of /home/me/.ssh/config says so")]
    [InlineData("identitiesonly no", nameof(CheckOutcome.Warning), "IdentitiesOnly is not yes: your agent's keys")]
    [InlineData("hostkeyalgorithms rsa-sha2-512", nameof(CheckOutcome.Failure), "HostKeyAlgorithms lacks ssh-ed25519")]
    [InlineData("pubkeyacceptedalgorithms rsa-sha2-512", nameof(CheckOutcome.Failure), "PubkeyAcceptedAlgorithms lacks ssh-ed25519")]
    [InlineData("hostname pod--x.sshpod.corp.example", nameof(CheckOutcome.Failure), "HostName is pod--x.sshpod.corp.example")]
    [InlineData("hostkeyalias jump", nameof(CheckOutcome.Failure), "HostKeyAlias is jump")]
    [InlineData("proxyusefdpass yes", nameof(CheckOutcome.Failure), "ProxyUseFdpass is yes")]
    [InlineData("addkeystoagent true", nameof(CheckOutcome.Warning), "AddKeysToAgent is not no: sshpod's key is added to your agent")]
    [InlineData("serveraliveinterval 15", nameof(CheckOutcome.Warning),
        "ServerAliveInterval is 15: ssh ends a session after an outage of 45 s")]
    [InlineData("pubkeyauthentication no", nameof(CheckOutcome.Failure), "PubkeyAuthentication is no")]
    public void What_overrides_it_is_named(string line, string outcome, string words)
    {
        var finding = Judge(line);
        Assert.Equal(outcome, $"{finding.Outcome}");
        Assert.Contains(words, finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_keep_alive_of_ssh_limits_an_outage_to_interval_times_count()
    {
        Assert.Contains("after an outage of 60 s", Judge("serveraliveinterval 15", "serveralivecountmax 4").Text, StringComparison.Ordinal);
        Assert.Equal(CheckOutcome.Ok, Judge("serveraliveinterval 0", "serveralivecountmax 4").Outcome);
    }

    [Fact]
    public void A_jump_host_takes_the_place_of_a_ProxyCommand()
    {
        var finding = Judge("proxycommand none", "proxyjump gate.example");
        Assert.Equal(
            (CheckOutcome.Failure,
                "ssh reaches pod--x.sshpod through ProxyJump gate.example, not sshpod, since line 10 of /home/me/.ssh/config (Match host "
                + "*.sshpod exec true) says so"),
            (finding.Outcome, finding.Text));
    }

    [Fact]
    public void A_configuration_of_an_earlier_version_in_which_the_key_is_never_replaced_is_pointed_out()
    {
        var finding = Judge($"identityfile {ClientKey.File}");
        Assert.Equal((CheckOutcome.Warning, $"IdentityFile lacks {ClientKey.NextFile}, so the key is never replaced"),
            (finding.Outcome, finding.Text));
    }

    [Fact]
    public void Keys_and_known_hosts_of_the_users_own_may_stand_beside_ours() =>
        Assert.Equal(
            CheckOutcome.Ok,
            Judge($"identityfile ~/.ssh/other\nidentityfile {ClientKey.File}\nidentityfile {ClientKey.NextFile}",
                $"userknownhostsfile ~/.ssh/known_hosts {KnownHosts.File}").Outcome);

    [Fact]
    public void A_HostKeyAlias_is_fine_where_ssh_finds_the_file_of_the_host() =>
        Assert.Equal(CheckOutcome.Ok, JudgeAlias("pod--x.sshpod").Outcome);

    [Theory]
    [InlineData("%n")]
    [InlineData("pod--x.sshpod2")]
    public void A_HostKeyAlias_is_not_where_ssh_is_too_old_to_know_tokens_there_or_looks_elsewhere(string name)
    {
        var finding = JudgeAlias(name);
        Assert.Equal(CheckOutcome.Failure, finding.Outcome);
        Assert.Equal("run sshpod configure; where ssh is older than 8.4, limit it to other hosts, for example with Host * !*.sshpod",
            finding.Hint);
    }

    // What configure writes on Windows, and so what ssh reports, has slashes; paths in .NET have backslashes.
    [Theory]
    [InlineData(@"C:\Users\me\.ssh\id_ed25519", "C:/Users/me/.ssh/id_ed25519", nameof(CheckOutcome.Ok))]
    [InlineData(@"C:\Users\me\.ssh\id_ed25519", "c:/users/ME/.ssh/id_ed25519", nameof(CheckOutcome.Ok))]
    [InlineData(@"C:\Users\100%\id_ed25519", "C:/Users/100%%/id_ed25519", nameof(CheckOutcome.Ok))]
    [InlineData(@"\\server\me\id_ed25519", "//server/me/id_ed25519", nameof(CheckOutcome.Ok))]
    [InlineData(@"C:\Users\me\.ssh\id_ed25519", "C:/Users/me/.ssh/id_ed25519.next", nameof(CheckOutcome.Failure))]
    [InlineData("/home/me/id", "/home/ME/id", nameof(CheckOutcome.Failure))]
    [InlineData(@"/home/a\b", "/home/a/b", nameof(CheckOutcome.Failure))]
    public void On_Windows_slashes_and_backslashes_are_the_same(string file, string reported, string outcome)
    {
        var lines = Good.Select(line => line.StartsWith("identityfile ", StringComparison.Ordinal) ? $"identityfile {reported}" : line);
        var finding = SshConfigurationCheck.Judge("pod--x.sshpod", SshSettings.Parse(string.Join('\n', lines)),
            SshSources.Parse(Said, _ => null), Program, new ClientIdentity(file));
        Assert.Equal(outcome, $"{finding.Outcome}");
    }

    [Fact]
    public void A_file_that_ssh_has_read_is_found_whichever_slashes_it_has()
    {
        var sources = SshSources.Parse("debug1: Reading configuration data C:/Users/me/AppData/Roaming/sshpod/ssh_config.user",
            _ => "StrictHostKeyChecking no\n");
        Assert.True(sources.HasRead(@"C:\Users\me\AppData\Roaming\sshpod\ssh_config.user"));
        Assert.True(sources.IsIn(@"C:\Users\me\AppData\Roaming\sshpod\ssh_config.user", "stricthostkeychecking"));
        Assert.False(sources.HasRead(@"C:\Users\me\AppData\Roaming\sshpod\ssh_config"));
    }

    private static Finding<string> JudgeAlias(string name) =>
        Judge("hostkeyalias jump", $"userknownhostsfile {KnownHosts.File} {Path.Combine(KnownHosts.Directory, $"of-{name}")}");

    private static Finding<string> Judge(params string[] changes)
    {
        var keywords = changes.Select(change => change.Split(' ')[0]).ToArray();
        var lines = Good.Where(line => !keywords.Contains(line.Split(' ')[0])).Concat(changes);
        var config = changes.Contains("proxyjump gate.example")
            ? Config.Replace("ProxyCommand nc %h %p", "ProxyJump gate.example", StringComparison.Ordinal) : Config;
        return SshConfigurationCheck.Judge("pod--x.sshpod", SshSettings.Parse(string.Join('\n', lines)),
            SshSources.Parse(Said, file => file == "/home/me/.ssh/config" ? config : null), Program, ClientIdentity.Generated);
    }
}
