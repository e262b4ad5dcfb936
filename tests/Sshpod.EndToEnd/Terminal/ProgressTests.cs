using Sshpod.EndToEnd.Fixtures;
using Sshpod.EndToEnd.Fixtures.Relays;

namespace Sshpod.EndToEnd.Terminal;

/// <summary>What a user sees in a real terminal while a connection takes time.</summary>
public sealed class ProgressTests(TestCluster cluster)
{
    private const string Sharing = "-o ControlMaster=auto -o ControlPersist=5 -o ControlPath=SOCKET";

    [Theory]
    [InlineData("")]
    [InlineData(Sharing)]
    public async Task A_slow_upload_tells_how_much_is_sent_and_how_fast(string options)
    {
        var pod = $"slow-upload{options.Length}";
        await cluster.CreatePodAsync(pod, "busybox:1");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        // kubectl accepts the whole upload at once, and sends it later.
        workstation.Environment["SSHPOD_TRANSPORT"] = "api";
        await using var relay = await TcpRelay.PutBetweenAsync(workstation, server => new TcpRelay(server) { BytesPerSecond = 150_000 });
        await using var terminal = await StartAsync(workstation, options, pod);
        await terminal.WaitForAsync($"^sshpod: sending the server to pod \"{pod}\": \\d+ of \\d+ kB, \\d+ kB/s$");
        await EndsWithAsync(terminal, pod);
    }

    [Theory]
    [InlineData("IfAvailable", "")]
    [InlineData("Always", "")]
    [InlineData("Always", Sharing)]
    // Then nobody reads our stderr, as on macOS with a shared connection: ssh's own prompts appear on the terminal too.
    [InlineData("Always", "2>/dev/null")]
    [InlineData("IfAvailable", $"{Sharing} 2>/dev/null")]
    public async Task A_credential_plugin_asks_once_on_the_terminal(string mode, string options)
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        workstation.Environment["SSHPOD_TRANSPORT"] = "auto";
        var token = await cluster.CreateAdminAsync($"asking{mode.Length}{options.Length}");
        FakeProgram.Install(workstation, "my-login", $$$"""
            echo run >>{{{workstation.File("runs")}}}
            [ -t 0 ] || exit 4
            printf 'word: ' >&2
            read -r word
            [ "$word" = open ] || exit 5
            echo '{"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1",
            """ + $$$"""
             "status": {"token": "{{{token}}}", "expirationTimestamp": "0001-01-01T00:00:00Z"}}'
            """);
        await workstation.UseKubeconfigAsync(config => config.SetPluginAsync("my-login", mode: mode));
        await using var terminal = await StartAsync(workstation, options, "busybox");
        await terminal.WaitForAsync("^word:");
        // Longer than the half second after which a line of progress appears.
        await Task.Delay(TimeSpan.FromSeconds(1));
        await terminal.TypeAsync("open");
        await EndsWithAsync(terminal, "word: open\nbusybox");
        Assert.Single(await File.ReadAllLinesAsync(workstation.File("runs")));
    }

    [Fact]
    public async Task A_credential_plugin_that_must_ask_says_so_where_there_is_no_terminal()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        FakeProgram.Install(workstation, "my-login", "exit 6");
        await workstation.UseKubeconfigAsync(config => config.SetPluginAsync("my-login", mode: "Always"));
        foreach (var (transport, line) in new[] { ("api",
            "sshpod: credential plugin my-login needs a terminal, and there is none here; log in to the cluster first"),
            ("kubectl",
                "sshpod: the credential plugin of the current context needs a terminal, and kubectl has none here; log in to the "
                + "cluster first") })
        {
            workstation.Environment["SSHPOD_TRANSPORT"] = transport;
            var result = await workstation.RunAsync(
                "setsid", "-w", "ssh", "-F", workstation.SshConfig, $"root@pod--busybox.namespace--{cluster.Namespace}.sshpod", "true");
            Assert.Contains(line, result.Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(Sharing)]
    public async Task What_a_credential_plugin_says_stands_there_as_it_is(string options)
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        // kubectl's stderr is not shown to the user, since it would include kubectl's own warnings.
        workstation.Environment["SSHPOD_TRANSPORT"] = "api";
        var token = await cluster.CreateAdminAsync($"plugin-user{options.Length}");
        FakeProgram.Install(workstation, "my-login", $$$"""
            printf 'open the page' >&2
            sleep 2
            echo ' and type 1234' >&2
            echo '{"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1", "status": {"token": "{{{token}}}"}}'
            """);
        await workstation.UseKubeconfigAsync(config => config.SetPluginAsync("my-login"));
        await using var terminal = await StartAsync(workstation, options, "busybox");
        await EndsWithAsync(terminal, "open the page and type 1234\nbusybox");
    }

    private static Task<TmuxTerminal> StartAsync(Workstation workstation, string options, string pod)
    {
        options = options.Replace("SOCKET", workstation.File("cm"), StringComparison.Ordinal);
        return TmuxTerminal.StartAsync(workstation, 120,
            20, $"{workstation.SshCommand} {options} root@{workstation.Host($"pod--{pod}")} hostname");
    }

    private static async Task EndsWithAsync(TmuxTerminal terminal, string screen)
    {
        await terminal.WaitForAsync("exit status 0");
        Assert.Equal($"{screen}\nexit status 0", (await terminal.ScreenAsync()).Trim());
    }
}
