using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.SshClients;

/// <summary>Options that a user's <c>Host *</c> must not decide; docs/configure.md has the table.</summary>
[Trait(Suites.Name, Suites.Once)]
public sealed class HostStarTests(TestCluster cluster)
{
    // Each pinned option, at its worst.
    private static readonly string[] Worst =
    [
        "HostName %h.corp.example", "Port 2222", "CanonicalizeHostname always", "CanonicalDomains localhost", "ProxyCommand false",
        "ProxyUseFdpass yes", "ConnectTimeout 1",
        "UserKnownHostsFile /dev/null", "GlobalKnownHostsFile /nonexistent", "StrictHostKeyChecking ask",
        "UpdateHostKeys yes", "CheckHostIP yes",
        "HostKeyAlias jump",
        "HostKeyAlgorithms rsa-sha2-512", "KexAlgorithms diffie-hellman-group16-sha512", "Ciphers aes256-ctr",
        "IdentitiesOnly no", "CertificateFile /nonexistent", "PubkeyAuthentication no", "PubkeyAcceptedAlgorithms rsa-sha2-512",
        "PreferredAuthentications password", "AddKeysToAgent yes",
        "ForwardAgent yes", "ForwardX11 yes", "Tunnel yes", "ControlMaster yes", "ControlPath /nonexistent/%C", "ControlPersist yes",
        "ServerAliveInterval 1", "ServerAliveCountMax 1",
    ];

    public static TheoryData<string> EachByItself =>
        ["HostName %h.corp.example", "HostKeyAlias jump", "PubkeyAuthentication no", "ForwardX11 yes", "ProxyUseFdpass yes",
            "ProxyJump gate.example"];

    [Fact]
    public async Task All_pinned_options_at_their_worst_change_nothing()
    {
        await using var workstation = await SetUpAsync(Worst);
        await using var agent = await SshAgent.StartAsync(workstation);
        Assert.Equal(
            "hello\n", (await workstation.SshAsync("pod--debian", "echo hello; [ -z \"$SSH_AUTH_SOCK\" ] || echo lent")).Quietly().Text);
        // Our key is not in the user's agent, which may be forwarded.
        Assert.Contains("no identities", (await workstation.RunAsync("ssh-add", "-l")).Text, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(EachByItself))]
    public async Task One_at_its_worst_changes_nothing(string option)
    {
        await using var workstation = await SetUpAsync(option);
        Assert.Equal("hello\n", (await workstation.SshAsync("pod--debian", "echo hello")).Quietly().Text);
    }

    [Theory]
    [InlineData("ecdh-sha2-nistp256", "exchange-p256")]
    [InlineData("diffie-hellman-group14-sha256", "exchange-dh")]
    public async Task A_client_that_may_use_one_key_exchange_alone_gets_in_cold_and_warm(string exchange, string pod)
    {
        await cluster.CreatePodAsync(pod, "busybox:1");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        foreach (var state in new[] { "cold", "warm" })
        {
            var run = await workstation.RunAsync("ssh", "-v", "-F", workstation.SshConfig, "-o", $"KexAlgorithms={exchange}",
                $"root@{workstation.Host($"pod--{pod}")}", $"echo {state}");
            Assert.Equal($"{state}\n", run.Successfully().Text);
            Assert.Contains($"kex: algorithm: {exchange}", run.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_client_with_nothing_but_what_FIPS_140_allows_exchanges_keys_and_data()
    {
        await using var workstation = await SetUpAsync();
        await File.WriteAllTextAsync(workstation.File("config/sshpod/ssh_config.user"), """
            Host *.sshpod
                KexAlgorithms ecdh-sha2-nistp521,ecdh-sha2-nistp384,ecdh-sha2-nistp256,
            """ + """
            diffie-hellman-group16-sha512,diffie-hellman-group14-sha256
                Ciphers aes256-ctr,aes128-ctr
                MACs hmac-sha2-256

            """);
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
        // Keys in the agent are tried first, so each is refused before ours is tried.
        Assert.Equal("hello\n", (await workstation.RunAsync("ssh",
            ["-F", workstation.SshConfig, "-o", "IdentitiesOnly=no", $"root@{workstation.Host("pod--debian")}",
                "echo hello"])).Quietly().Text);
    }

    [Fact]
    public async Task Each_pinned_option_is_tried()
    {
        await using var workstation = await SetUpAsync();
        var block = (await workstation.SshpodAsync("configure", "--print")).Quietly().Text.Split("\nHost *.sshpod")[0].Split('\n');
        var pinned = block.Where(line => line.StartsWith("    ", StringComparison.Ordinal))
            .Select(line => line.Trim().Split(' ')[0].Replace("KeyTypes", "Algorithms", StringComparison.Ordinal));
        // IdentityFile is cumulative: ours is tried first, whatever others there are.
        Assert.Equal([], pinned.Except(Worst.Select(option => option.Split(' ')[0])).Except(["IdentityFile", "#"]));
        var table = await File.ReadAllTextAsync(
            Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../../docs/configure.md")));
        Assert.All(pinned.Where(keyword => keyword != "#"), keyword => Assert.Contains($"`{keyword}`", table, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("HostKeyAlias jump")]
    [InlineData("ProxyCommand nc %h %p")]
    public async Task Doctor_finds_nothing_wrong_with_what_changes_nothing(string option)
    {
        await using var workstation = await SetUpAsync(option);
        Assert.Equal("ok", (await DoctorRun.RunAsync(workstation)).Checks["configuration"].Outcome);
    }

    [Fact]
    public async Task Doctor_says_how_a_HostKeyAlias_comes_to_change_nothing()
    {
        await using var workstation = await SetUpAsync("HostKeyAlias jump");
        // As earlier versions wrote it, and as OpenSSH before 8.4 understands it.
        await ReplaceInBlockAsync(workstation, $" {workstation.File("cache/sshpod/host-keys/of-%n")}", "");
        (await DoctorRun.RunAsync(workstation)).FailsAt("configuration", "HostKeyAlias is jump", $"of {workstation.SshConfig} (Host *)",
            "you: run sshpod configure; where ssh is older than 8.4, limit it to other hosts, for example with Host * !*.sshpod");
    }

    [Fact]
    public async Task Under_a_HostKeyAlias_a_pod_that_took_over_a_name_is_known_by_its_own_key()
    {
        await cluster.CreatePodAsync("alias-replaced", "busybox:1");
        await using var workstation = await SetUpAsync("HostKeyAlias jump");
        var file = workstation.File($"cache/sshpod/host-keys/of-{workstation.Host("pod--alias-replaced")}");
        (await workstation.SshAsync("pod--alias-replaced", "true")).Quietly();
        var before = await File.ReadAllTextAsync(file);
        await cluster.ReplacePodAsync("alias-replaced", "busybox:1");
        (await workstation.SshAsync("pod--alias-replaced", "true")).Quietly();
        Assert.NotEqual(before, await File.ReadAllTextAsync(file));
        Assert.Single(Directory.GetFiles(workstation.File("cache/sshpod/host-keys")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task Under_a_HostKeyAlias_each_host_has_its_own_key_and_a_name_in_capitals_too()
    {
        await using var workstation = await SetUpAsync("HostKeyAlias jump");
        foreach (var target in new[] { "pod--debian", "pod--busybox", "POD--DEBIAN", "pod--busybox" })
            Assert.Equal("hello\n", (await workstation.SshAsync(target, "echo hello")).Quietly().Text);
        var keys = Directory.GetFiles(workstation.File("cache/sshpod/host-keys"))
            .ToDictionary(file => Path.GetFileName(file), File.ReadAllText);
        Assert.Equal(3, keys.Count);
        Assert.Equal(keys[$"of-{workstation.Host("pod--debian")}"], keys[$"of-{workstation.Host("POD--DEBIAN")}"]);
        Assert.NotEqual(keys[$"of-{workstation.Host("pod--debian")}"], keys[$"of-{workstation.Host("pod--busybox")}"]);
    }

    [Fact]
    public async Task Under_a_HostKeyAlias_connections_are_shared_by_host()
    {
        await using var workstation = await SharingAsync("HostKeyAlias jump");
        var first = (await workstation.SshAsync("pod--debian", "echo $SSH_CONNECTION")).Quietly().Text;
        Assert.Equal(first, (await workstation.SshAsync("pod--debian", "echo $SSH_CONNECTION")).Quietly().Text);
        Assert.Equal("no\n", (await workstation.SshAsync("pod--busybox", "[ -e /etc/debian_version ] || echo no")).Quietly().Text);
    }

    [Fact]
    public async Task Under_a_HostKeyAlias_a_key_that_sshpod_did_not_learn_is_refused()
    {
        await using var workstation = await SetUpAsync("HostKeyAlias jump");
        (await workstation.SshAsync("pod--busybox", "true")).Quietly();
        // Point ssh at the file of another container.
        await ReplaceInBlockAsync(workstation, "of-%n", $"of-{workstation.Host("pod--busybox")}");
        var refused = await workstation.SshAsync("pod--debian", "true");
        Assert.Contains("Host key verification failed", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_no_file_can_have_leads_to_no_other_file()
    {
        await using var workstation = await SetUpAsync("HostKeyAlias jump");
        await File.WriteAllTextAsync(workstation.File("cache/sshpod/planted.sshpod"), "* ssh-ed25519 AAAA\n");
        foreach (var host in new[] { "/../../planted.sshpod", "../planted.sshpod", $"pod--{new string('x', 300)}.sshpod" })
        {
            var run = await workstation.RunAsync("ssh", "-F", workstation.SshConfig, $"root@{host}", "true");
            Assert.Equal(255, run.ExitCode);
            Assert.StartsWith("sshpod: ", run.Error, StringComparison.Ordinal);
        }
        Assert.False(Directory.Exists(workstation.File("cache/sshpod/host-keys")));
    }

    [Fact]
    public async Task Doctor_says_where_ones_own_file_of_options_is_in_the_way()
    {
        await using var workstation = await SetUpAsync();
        await File.WriteAllTextAsync(workstation.File("config/sshpod/ssh_config.user"), "Host *.sshpod\n    PubkeyAuthentication no\n");
        (await DoctorRun.RunAsync(workstation)).FailsAt("configuration", "PubkeyAuthentication is no", "you: remove it from");
    }

    private static async Task ReplaceInBlockAsync(Workstation workstation, string old, string replacement)
    {
        var own = workstation.File("config/sshpod/ssh_config");
        var block = await File.ReadAllTextAsync(own);
        Assert.Contains(old, block, StringComparison.Ordinal);
        await File.WriteAllTextAsync(own, block.Replace(old, replacement, StringComparison.Ordinal));
    }

    private async Task<Workstation> SetUpAsync(params string[] options) =>
        await WithOptionsAsync(await Workstation.SetUpAsync(cluster), options);

    private async Task<Workstation> SharingAsync(params string[] options) =>
        await WithOptionsAsync(await Workstation.SetUpAsync(cluster, []), options);

    private static async Task<Workstation> WithOptionsAsync(Workstation workstation, string[] options)
    {
        await File.AppendAllTextAsync(workstation.SshConfig, $"Host *\n{string.Concat(options.Select(option => $"    {option}\n"))}");
        workstation.Environment["DISPLAY"] = ":9";
        return workstation;
    }
}
