using CliWrap;
using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Connections;

/// <summary>One connection that carries several sessions, as <c>sshpod configure</c> sets it up.</summary>
[Trait(Suites.Name, Suites.Once)]
public sealed class SharingTests(TestCluster cluster)
{
    // Has the port of ssh's end, so it is the same for all sessions of a connection.
    private const string Connection = "echo $SSH_CONNECTION";

    [Fact]
    public async Task A_second_session_is_carried_by_the_first_connection()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster, []);
        var first = (await workstation.SshAsync("pod--busybox", Connection)).Quietly();
        var second = (await workstation.SshAsync("pod--busybox", Connection)).Quietly();
        var other =
            (await workstation.RunAsync("ssh", "-F", workstation.SshConfig, "-S", "none",
                $"root@{workstation.Host("pod--busybox")}", Connection)).Quietly();

        Assert.Equal(first.Text, second.Text);
        Assert.NotEqual(first.Text, other.Text);
    }

    [Fact]
    public async Task Ssh_is_answered_before_NET_starts()
    {
        Assert.SkipWhen(File.Exists(Path.ChangeExtension(Workstation.Program, ".dll")), "a program of dotnet build has no C in it");
        await using var workstation = await Workstation.SetUpAsync(cluster, []);
        (await workstation.SshAsync("pod--busybox", "true")).Quietly();
        // With that little memory .NET does not start, and there is a connection only if none has to be made.
        workstation.Environment["DOTNET_GCHeapHardLimit"] = "1";
        Assert.NotEqual(0, (await workstation.SshpodAsync("version")).ExitCode);

        (await workstation.SshAsync("pod--busybox", "true")).Quietly();
        Assert.NotEqual(0, (await workstation.SshAsync("pod--debian", "true")).ExitCode);
    }

    [Fact]
    public async Task A_pipe_ends_with_its_session_while_the_connection_stays()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster, []);
        // `ssh … | cat`: cat exits only when nothing holds the pipe any more, nor the shell's stderr.
        var piped = await workstation.RunAsync("sh", "-c",
            $"{workstation.SshCommand} root@{workstation.Host("pod--busybox")} 'echo out; echo err >&2; exit 7' 2>&1 | cat");

        Assert.Equal("err\nout\n", string.Join('\n', piped.Quietly().Text.Split('\n').Order(StringComparer.Ordinal))
            .TrimStart('\n') + "\n");
        (await ControlAsync(workstation, "check")).Successfully();
    }

    [Fact]
    public async Task Exit_codes_and_input_get_through()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster, []);
        for (var session = 0; session < 2; session++)
        {
            Assert.Equal(7, (await workstation.SshAsync("pod--busybox", "exit 7")).ExitCode);
            Assert.Equal("said\n", (await workstation.SshAsync(PipeSource.FromString("said\n"), "pod--busybox", "cat")).Quietly().Text);
        }
    }

    [Fact]
    public async Task A_failure_is_still_told_although_ssh_throws_away_what_its_proxy_command_says()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster, []);
        var failed = await workstation.SshAsync("pod--busyboxx", "true");

        Assert.Equal(255, failed.ExitCode);
        Assert.Contains($"no pod \"busyboxx\" in namespace \"{cluster.Namespace}\"; ", failed.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Copies_go_through_it()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster, []);
        var connection = (await workstation.SshAsync("pod--debian", Connection)).Quietly().Text;
        await new Login(workstation, "root", "pod--debian").CopyThereAndBackAsync();
        await File.WriteAllTextAsync(workstation.File("file"), "content");
        var there = $"/tmp/shared-{Guid.NewGuid():N}";
        (await workstation.RunAsync("scp", "-q", "-F", workstation.SshConfig, workstation.File("file"),
            $"root@{workstation.Host("pod--debian")}:{there}")).Quietly();
        (await workstation.RunAsync("rsync", "-e", workstation.SshCommand, $"root@{workstation.Host("pod--debian")}:{there}",
            workstation.File("back"))).Quietly();

        Assert.Equal("content", await File.ReadAllTextAsync(workstation.File("back")));
        Assert.Equal(connection, (await workstation.SshAsync("pod--debian", $"rm {there}; {Connection}")).Quietly().Text);
    }

    [Fact]
    public async Task A_pod_of_the_same_name_gets_a_connection_of_its_own()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster, []);
        await cluster.CreatePodAsync("shared-replaced", "busybox:1");
        (await workstation.SshAsync("pod--shared-replaced", "touch /tmp/was-here")).Quietly();
        await cluster.ReplacePodAsync("shared-replaced", "busybox:1");

        Assert.Equal("new\n", (await workstation.SshAsync("pod--shared-replaced", "[ -e /tmp/was-here ] || echo new")).Successfully().Text);
    }

    [Fact]
    public async Task A_connection_that_died_is_replaced_without_a_word()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster, []);
        (await workstation.SshAsync("pod--busybox", "true")).Quietly();
        // "Master running (pid=123)". SIGKILL makes it leave its socket behind.
        var check = (await ControlAsync(workstation, "check")).Successfully().Error;
        (await workstation.RunAsync("kill", "-9", check.Split("pid=")[1].Split(')')[0])).Successfully();

        (await workstation.SshAsync("pod--busybox", "true")).Quietly();
    }

    [Fact]
    public async Task The_same_name_under_another_kubeconfig_is_not_led_to_the_old_place()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster, []);
        Task<Outcome> HereAsync() => workstation.RunAsync("ssh", "-F", workstation.SshConfig, "root@pod--busybox.sshpod", Connection);

        await workstation.UseKubeconfigAsync(kubeconfig => kubeconfig.SetNamespaceAsync(cluster.Namespace));
        var kubeconfig = await File.ReadAllTextAsync(workstation.File("kubeconfig"));
        var first = (await HereAsync()).Quietly().Text;
        await workstation.UseKubeconfigAsync(kubeconfig => kubeconfig.SetNamespaceAsync("sshpod-nowhere"));
        var elsewhere = await HereAsync();
        await File.WriteAllTextAsync(workstation.File("kubeconfig"), kubeconfig);

        Assert.Contains("sshpod-nowhere", elsewhere.Error, StringComparison.Ordinal);
        Assert.Equal(255, elsewhere.ExitCode);
        Assert.Equal(first, (await HereAsync()).Quietly().Text);
    }

    [Fact]
    public async Task A_context_whose_name_differs_in_case_alone_is_not_answered_by_the_other()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster, []);
        Task<Outcome> InContextAsync(string name) =>
            workstation.RunAsync("ssh", "-F", workstation.SshConfig, $"root@pod--busybox.context--{name}.sshpod", Connection);
        await workstation.UseKubeconfigAsync(async kubeconfig =>
        {
            await kubeconfig.SetContextsAsync(cluster.Namespace, "prod", "PROD");
            await kubeconfig.SetNamespaceAsync("PROD", "sshpod-nowhere");
        });

        var first = (await InContextAsync("prod")).Quietly().Text;
        var other = await InContextAsync("PROD");

        Assert.Contains("sshpod-nowhere", other.Error, StringComparison.Ordinal);
        Assert.Equal((255, ""), (other.ExitCode, other.Text));
        Assert.Equal(first, (await InContextAsync("prod")).Quietly().Text);
    }

    [Fact]
    public async Task A_name_in_other_letters_under_another_kubeconfig_is_not_led_to_the_old_place()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster, []);
        Task<Outcome> ToAsync(string host) => workstation.RunAsync("ssh", "-F", workstation.SshConfig, $"root@{host}", Connection);
        await workstation.UseKubeconfigAsync(kubeconfig => kubeconfig.SetNamespaceAsync(cluster.Namespace));
        var first = (await ToAsync("pod--busybox.sshpod")).Quietly().Text;
        // The same host in different case shares the connection.
        Assert.Equal(first, (await ToAsync("POD--BusyBox.sshpod")).Quietly().Text);

        var kubeconfig = await File.ReadAllTextAsync(workstation.File("kubeconfig"));
        await workstation.UseKubeconfigAsync(kubeconfig => kubeconfig.SetNamespaceAsync("sshpod-nowhere"));
        var elsewhere = await ToAsync("POD--busybox.sshpod");
        await File.WriteAllTextAsync(workstation.File("kubeconfig"), kubeconfig);

        Assert.Contains("sshpod-nowhere", elsewhere.Error, StringComparison.Ordinal);
        Assert.Equal((255, ""), (elsewhere.ExitCode, elsewhere.Text));
        Assert.Equal(first, (await ToAsync("pod--busybox.sshpod")).Quietly().Text);
    }

    [Fact]
    public async Task A_connection_takes_no_further_session_when_its_access_has_ended()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster, []);
        var first = (await workstation.SshAsync("pod--busybox", Connection)).Quietly().Text;
        Assert.Equal(first, (await workstation.SshAsync("pod--busybox", Connection)).Quietly().Text);

        var claim = Directory.GetFiles(workstation.File("cache/sshpod/c"), "*.claim").Single();
        var words = (await File.ReadAllTextAsync(claim)).Split(' ');
        Assert.Equal(3, words.Length);
        await using (var file = new FileStream(claim, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            file.Write(System.Text.Encoding.ASCII.GetBytes($"{words[0]} {words[1]} {words[1]}"));

        Assert.NotEqual(first, (await workstation.SshAsync("pod--busybox", Connection)).Quietly().Text);
        // `ssh -O exit HOST` would run the check too.
        var socket = Directory.GetFiles(workstation.File("cache/sshpod/c")).Single(file => Path.GetExtension(file).Length == 0);
        (await workstation.RunAsync("ssh", "-S", socket, "-O", "exit", "any")).Successfully();
        await Eventually.HoldsAsync("a connection is shared again", async () =>
            (await workstation.SshAsync("pod--busybox", Connection)).Quietly().Text == (await workstation.SshAsync(
                "pod--busybox", Connection)).Quietly().Text);
    }

    [Fact]
    public async Task With_access_for_every_connection_none_takes_a_second_session()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster, []);
        workstation.Environment["SSHPOD_ACCESS"] = "every-connection";

        Assert.NotEqual((await workstation.SshAsync("pod--busybox", Connection)).Quietly().Text,
            (await workstation.SshAsync("pod--busybox", Connection)).Quietly().Text);
    }

    [Fact]
    public async Task Interrupting_the_first_session_leaves_the_others()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster, []);
        await using var terminal = await TmuxTerminal.StartAsync(
            workstation, 80, 24, $"{workstation.SshCommand} root@{workstation.Host("pod--busybox")} 'echo started; sleep 60'");
        await terminal.WaitForAsync("^started");
        var connection = (await workstation.SshAsync("pod--busybox", Connection)).Quietly().Text;
        await terminal.TypeAsync("C-c");
        await terminal.WaitForAsync("^exit status");

        Assert.Equal(connection, (await workstation.SshAsync("pod--busybox", Connection)).Quietly().Text);
    }

    [Fact]
    public async Task An_agent_is_forwarded_by_every_session_where_the_user_said_so_once()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster, []);
        (await workstation.SshpodAsync("configure", "--forward-agent", workstation.Host("pod--debian"), "--ssh-config",
            workstation.SshConfig)).Successfully();
        await using var agent = await SshAgent.StartAsync(workstation);
        var key = await agent.AddNewKeyAsync();
        for (var session = 0; session < 2; session++)
            Assert.Contains(key.Split(' ')[1], (await workstation.SshAsync("pod--debian", "ssh-add -L")).Quietly().Text,
                StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_no_sharing_each_session_has_its_own_even_where_the_user_shares_all_others()
    {
        await using var workstation = Workstation.Bare(cluster);
        await File.WriteAllTextAsync(workstation.SshConfig,
            $"Host *\n    ControlMaster auto\n    ControlPersist 60\n    ControlPath {workstation.File("%C")}\n");
        (await workstation.SshpodAsync("configure", "--no-sharing", "--ssh-config", workstation.SshConfig)).Successfully();

        Assert.NotEqual((await workstation.SshAsync("pod--busybox", Connection)).Quietly().Text,
            (await workstation.SshAsync("pod--busybox", Connection)).Quietly().Text);
    }

    private static Task<Outcome> ControlAsync(Workstation workstation, string command) =>
        workstation.RunAsync("ssh", "-F", workstation.SshConfig, "-O", command, $"root@{workstation.Host("pod--busybox")}");
}
