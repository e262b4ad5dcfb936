using Sshpod.EndToEnd.Fixtures;
using Sshpod.EndToEnd.Fixtures.Relays;

namespace Sshpod.EndToEnd.Terminal;

/// <summary>What a user sees while it takes time, in a real terminal.</summary>
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
        // kubectl takes all of it at once, and sends it later.
        workstation.Environment["SSHPOD_TRANSPORT"] = "api";
        await using var relay = await TcpRelay.PutBetweenAsync(workstation, server => new TcpRelay(server) { BytesPerSecond = 150_000 });
        await using var terminal = await StartAsync(workstation, options, pod);
        await terminal.WaitForAsync($"^sshpod: sending the server to pod \"{pod}\": \\d+ of \\d+ kB, \\d+ kB/s$");
        await EndsWithAsync(terminal, pod);
    }

    [Theory]
    [InlineData("")]
    [InlineData(Sharing)]
    public async Task What_a_credential_plugin_says_stands_there_as_it_is(string options)
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        // kubectl's stderr is not the user's: its warnings would be.
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
        return TmuxTerminal.StartAsync(workstation, 120, 20, $"{workstation.SshCommand} {options} root@{workstation.Host($"pod--{pod}")} hostname");
    }

    private static async Task EndsWithAsync(TmuxTerminal terminal, string screen)
    {
        await terminal.WaitForAsync("exit status 0");
        Assert.Equal($"{screen}\nexit status 0", (await terminal.ScreenAsync()).Trim());
    }
}
