using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.SshClients;

/// <summary>Clients other than OpenSSH, each with its own ssh_config parser, connect through what <c>sshpod configure</c> wrote.</summary>
[Trait(Suites.Name, Suites.Once)]
public sealed class SshClientsTests(TestCluster cluster)
{
    private const string OwnFile = "config/sshpod/ssh_config";

    private static readonly string Programs = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../SshClients"));

    /// <summary>The client, and whether it reads the user's file with its Include, or our own.</summary>
    public static TheoryData<string, bool> Clients =>
        new() { { "libssh", true }, { "libssh", false }, { "asyncssh", true }, { "asyncssh", false }, { "net-ssh", true },
            { "net-ssh", false }, { "paramiko", false }, { "editor", false } };

    [Theory, MemberData(nameof(Clients))]
    public async Task A_client_connects_by_what_configure_wrote(string client, bool byInclude)
    {
        await using var workstation = await Workstation.SetUpAsync(cluster, []);
        await LearnAsync(workstation, client);
        Assert.Equal(
            "hello\n",
            (await ConnectAsync(workstation, client, byInclude ? workstation.SshConfig : workstation.File(OwnFile),
                "echo hello")).Quietly().Text);
    }

    /// <summary>Only OpenSSH accepts a percent sign in a path: the others have no way to escape it.</summary>
    [Theory]
    [InlineData("a b")]
    [InlineData("it's")]
    [InlineData("grün 漢字")]
    [InlineData("100%", "ssh")]
    [InlineData("$(id) `id`", "ssh")]
    public async Task Paths_may_have_blanks_quotes_and_letters_of_all_scripts(string name, params string[] only)
    {
        await using var workstation = Workstation.Bare(cluster);
        var place = Directory.CreateDirectory(workstation.File(name)).FullName;
        workstation.Environment["XDG_CACHE_HOME"] = Path.Combine(place, "cache");
        workstation.Environment["XDG_CONFIG_HOME"] = Path.Combine(place, "config");
        // A copy, not a link, since the program finds out where it really is.
        (await workstation.RunAsync("cp", "-r", File.Exists(Workstation.Program + ".dll") ? Path.GetDirectoryName(Workstation.Program)!
            : Workstation.Program, Path.Combine(place, "program"))).Quietly();
        var program = Directory.Exists(Path.Combine(place, "program"))
            ? Path.Combine(place, "program", Path.GetFileName(Workstation.Program)) : Path.Combine(place, "program");
        (await workstation.RunAsync(program, "configure", "--ssh-config", workstation.SshConfig)).Successfully();

        foreach (var client in only.Length > 0 ? only : ["ssh", "libssh", "asyncssh", "net-ssh", "paramiko", "editor"])
            Assert.Equal(
                (client, "hello\n"),
                (client, (await ConnectAsync(workstation, client, client == "ssh" ? workstation.SshConfig : Path.Combine(place, OwnFile),
                    "echo hello")).Quietly().Text));
    }

    [Theory]
    [InlineData("libssh", "host key")]
    [InlineData("asyncssh", "not trusted")]
    [InlineData("net-ssh", "HostKeyUnknown")]
    [InlineData("paramiko", "this is not the key of the container")]
    public async Task A_client_refuses_a_key_that_sshpod_did_not_learn(string client, string words)
    {
        await using var workstation = await Workstation.SetUpAsync(cluster, []);
        var own = workstation.File(OwnFile);
        await File.WriteAllTextAsync(workstation.File("empty"), "");
        await File.WriteAllTextAsync(
            own, (await File.ReadAllTextAsync(own)).Replace(
                workstation.File("cache/sshpod/known_hosts"), workstation.File("empty"), StringComparison.Ordinal));
        var refused = await ConnectAsync(workstation, client, own, "true");
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains(words, refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_stands_below_our_Include_is_still_for_every_host()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster, []);
        var ours = await File.ReadAllTextAsync(workstation.SshConfig);
        await File.WriteAllTextAsync(workstation.SshConfig, ours + "User nobody-in-particular\n");
        var script = workstation.File("user.py");
        await File.WriteAllTextAsync(
            script, "import sys, asyncssh.config as c\nprint(c.SSHClientConfig.load(None, [sys.argv[1]], False, 'me', (), "
            + "'other.example', ()).get('User'))\n");
        Assert.Equal("nobody-in-particular\n",
            (await workstation.RunAsync("/usr/bin/python3", "-W", "ignore", script, workstation.SshConfig)).Quietly().Text);
    }

    /// <summary>OpenSSH passes ProxyCommand to a shell, and a login name may contain anything (CVE-2025-61984).</summary>
    [Theory]
    [InlineData("john doe")]
    [InlineData("$(touch fell)")]
    [InlineData("`touch fell`; touch fell")]
    public async Task A_login_name_is_part_of_no_command(string user)
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        var result = await workstation.RunAsync("sh", "-c", "cd && exec ssh -F \"$1\" -l \"$2\" \"$3\" id -un", "sh", workstation.SshConfig,
            user, workstation.Host("pod--debian"));
        Assert.False(File.Exists(workstation.File("fell")));
        if (user == "john doe")
            Assert.Equal("root\n", result.Quietly().Text);
        Assert.DoesNotContain("%r", await File.ReadAllTextAsync(workstation.File(OwnFile)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_block_of_the_earlier_sshpod_still_connects()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        await File.WriteAllTextAsync(workstation.File("earlier"), $"""
            Host *.sshpod
              ProxyCommand {Workstation.Program} proxy --host %h --user %r --port %p
              StrictHostKeyChecking no
              UserKnownHostsFile /dev/null
              GlobalKnownHostsFile /dev/null
              CheckHostIP no
              IdentityFile {workstation.File("cache/sshpod/id_ed25519")}
              IdentitiesOnly yes
              BatchMode yes
              LogLevel ERROR

            """);
        Assert.Equal(
            "hello\n",
            (await workstation.RunAsync("ssh", "-F", workstation.File("earlier"), $"root@{workstation.Host("pod--debian")}",
                "echo hello")).Quietly().Text);
    }

    [Fact]
    public async Task Capitals_get_the_whole_block()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        var (lower, upper) = (await OptionsAsync("pod--x.sshpod"), await OptionsAsync("POD--X.SSHPOD"));
        // Except for the host's own file, which is named as typed.
        Assert.Equal(lower, upper.Select(line => line.Replace("of-POD--X.SSHPOD", "of-pod--x.sshpod", StringComparison.Ordinal)));
        Assert.Equal(
            "root\n",
            (await workstation.RunAsync("ssh", "-F", workstation.SshConfig, $"root@{workstation.Host("pod--debian").ToUpperInvariant()}",
                "id", "-un")).Quietly().Text);

        async Task<string[]> OptionsAsync(string host) => [
            .. (await workstation.RunAsync("ssh", "-F", workstation.SshConfig, "-G", host)).Successfully().Text.Split('\n')
            .Where(line => !line.StartsWith("host", StringComparison.Ordinal))];
    }

    private static async Task<Outcome> ConnectAsync(Workstation workstation, string client, string configuration, string command)
    {
        var host = workstation.Host("pod--debian");
        return client switch
        {
            "ssh" => await workstation.RunAsync("ssh", "-F", configuration, $"root@{host}", command),
            "libssh" => await workstation.RunAsync(await BuildAsync(workstation), configuration, host, "root", command),
            "asyncssh" or "paramiko" =>
                await workstation.RunAsync("/usr/bin/python3", "-W", "ignore", Path.Combine(Programs, $"connect-{client}.py"),
                    configuration, host, "root", command),
            "net-ssh" =>
                await workstation.RunAsync("ruby", "-W0", Path.Combine(Programs, "connect-net-ssh.rb"),
                    configuration, host, "root", command),
            _ => await RunEditorAsync(workstation, configuration, host, command),
        };
    }

    // asyncssh reads known_hosts before its ProxyCommand can learn a key, so connect to the container once before.
    private static async Task LearnAsync(Workstation workstation, string client)
    {
        if (client == "asyncssh")
            (await ConnectAsync(workstation, "ssh", workstation.SshConfig, "true")).Quietly();
    }

    private static async Task<string> BuildAsync(Workstation workstation)
    {
        var program = workstation.File("connect-libssh");
        if (!File.Exists(program))
            (await workstation.RunAsync("cc", "-O1", "-o", program, Path.Combine(Programs, "connect-libssh.c"), "-lssh")).Quietly();
        return program;
    }

    private static async Task<Outcome> RunEditorAsync(Workstation workstation, string configuration, string host, string command)
    {
        // npm needs a home directory. What it has fetched once serves all users of these tests.
        if (!Directory.Exists(workstation.File("node_modules")))
            (await workstation.RunAsync("npm", "install", "--silent", "--no-audit", "--no-fund", "--omit=optional", "--prefix",
                workstation.Home, "ssh-config@5", "ssh2@1")).Successfully();
        return await workstation.RunAsync("sh", "-c", "cd && exec node \"$@\"", "sh", Path.Combine(Programs, "connect-editor.mjs"),
            configuration, host, "root", command);
    }
}
