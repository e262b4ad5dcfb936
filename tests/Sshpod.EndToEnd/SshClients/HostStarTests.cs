using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.SshClients;

/// <summary>What a <c>Host *</c> of the user's may not decide: docs/configure.md has the table.</summary>
public sealed class HostStarTests(TestCluster cluster)
{
    // Each pinned option, at its worst.
    private static readonly string[] Worst =
    [
        "HostName %h.corp.example", "Port 2222", "CanonicalizeHostname always", "CanonicalDomains localhost", "ProxyCommand false", "ProxyUseFdpass yes", "ConnectTimeout 1",
        "UserKnownHostsFile /dev/null", "GlobalKnownHostsFile /nonexistent", "StrictHostKeyChecking ask", "UpdateHostKeys yes", "CheckHostIP yes",
        "HostKeyAlgorithms rsa-sha2-512", "KexAlgorithms diffie-hellman-group14-sha256", "Ciphers aes256-ctr",
        "IdentitiesOnly no", "CertificateFile /nonexistent", "PubkeyAuthentication no", "PubkeyAcceptedAlgorithms rsa-sha2-512", "PreferredAuthentications password", "AddKeysToAgent yes",
        "ForwardAgent yes", "ForwardX11 yes", "Tunnel yes", "ControlMaster yes", "ControlPath /nonexistent/%C", "ControlPersist yes", "ServerAliveInterval 1", "ServerAliveCountMax 1",
    ];

    public static TheoryData<string> EachByItself => ["HostName %h.corp.example", "PubkeyAuthentication no", "ForwardX11 yes", "ProxyUseFdpass yes", "ProxyJump gate.example"];

    [Fact]
    public async Task All_pinned_options_at_their_worst_change_nothing()
    {
        await using var workstation = await SetUpAsync(Worst);
        await using var agent = await SshAgent.StartAsync(workstation);
        Assert.Equal("hello\n", (await workstation.SshAsync("pod--debian", "echo hello; [ -z \"$SSH_AUTH_SOCK\" ] || echo lent")).Quietly().Text);
        // Ours is not in the user's agent, which may be lent to others.
        Assert.Contains("no identities", (await workstation.RunAsync("ssh-add", "-l")).Text, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(EachByItself))]
    public async Task One_at_its_worst_changes_nothing(string option)
    {
        await using var workstation = await SetUpAsync(option);
        Assert.Equal("hello\n", (await workstation.SshAsync("pod--debian", "echo hello")).Quietly().Text);
    }

    [Fact]
    public async Task Many_keys_in_the_agent_and_in_files_leave_room_for_ours()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        await using var agent = await SshAgent.StartAsync(workstation);
        var files = Enumerable.Range(1, 12).Select(number => workstation.File($"k{number}")).ToArray();
        foreach (var file in files)
            (await workstation.RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file)).Successfully();
        (await workstation.RunAsync("ssh-add", ["-q", .. files[..7]])).Successfully();
        await File.AppendAllTextAsync(workstation.SshConfig,
            $"Host *\n{string.Concat(files.Select(file => $"    IdentityFile {file}\n"))}");

        Assert.Equal("hello\n", (await workstation.SshAsync("pod--debian", "echo hello")).Quietly().Text);
        // What is in the agent is tried first, and so each is refused before ours comes.
        Assert.Equal("hello\n", (await workstation.RunAsync("ssh",
            ["-F", workstation.SshConfig, "-o", "IdentitiesOnly=no", $"root@{workstation.Host("pod--debian")}", "echo hello"])).Quietly().Text);
    }

    [Fact]
    public async Task Each_pinned_option_is_tried()
    {
        await using var workstation = await SetUpAsync();
        var block = (await workstation.SshpodAsync("configure", "--print")).Quietly().Text.Split("\nHost *.sshpod")[0].Split('\n');
        var pinned = block.Where(line => line.StartsWith("    ", StringComparison.Ordinal)).Select(line => line.Trim().Split(' ')[0].Replace("KeyTypes", "Algorithms", StringComparison.Ordinal));
        // IdentityFile adds up: ours is tried first, whatever others there are.
        Assert.Equal([], pinned.Except(Worst.Select(option => option.Split(' ')[0])).Except(["IdentityFile", "#"]));
        var table = await File.ReadAllTextAsync(Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../../docs/configure.md")));
        Assert.All(pinned.Where(keyword => keyword != "#"), keyword => Assert.Contains($"`{keyword}`", table, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("HostKeyAlias jump", "HostKeyAlias is jump", "you: limit it to other hosts, such as by Host * !*.sshpod")]
    [InlineData("ProxyCommand nc %h %p", null, null)]
    public async Task Doctor_says_what_helps(string option, string? words, string? advice)
    {
        await using var workstation = await SetUpAsync(option);
        var run = await DoctorRun.RunAsync(workstation);
        if (words is null)
            Assert.Equal(0, run.ExitCode);
        else
            run.FailsAt("configuration", words, $"of {workstation.SshConfig} (Host *)", advice!);
    }

    [Fact]
    public async Task Doctor_says_where_ones_own_file_of_options_is_in_the_way()
    {
        await using var workstation = await SetUpAsync();
        await File.WriteAllTextAsync(workstation.File("config/sshpod/ssh_config.user"), "Host *.sshpod\n    PubkeyAuthentication no\n");
        (await DoctorRun.RunAsync(workstation)).FailsAt("configuration", "PubkeyAuthentication is no", "you: take that out of");
    }

    private async Task<Workstation> SetUpAsync(params string[] options)
    {
        var workstation = await Workstation.SetUpAsync(cluster);
        await File.AppendAllTextAsync(workstation.SshConfig, $"Host *\n{string.Concat(options.Select(option => $"    {option}\n"))}");
        workstation.Environment["DISPLAY"] = ":9";
        return workstation;
    }
}
