using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Terminal;

/// <summary>A credential plugin asks the user on the terminal, whatever runs it.</summary>
public sealed class PromptTests(TestCluster cluster)
{
    [Theory]
    [InlineData("api")]
    [InlineData("kubectl")]
    public async Task A_credential_plugin_asks_on_the_terminal(string transport)
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        var token = await cluster.CreateAdminAsync($"prompt-{transport}");
        FakeProgram.Install(workstation, "my-login", $$$"""
            [ -e $HOME/word ] || { printf 'Password: ' >/dev/tty; read -r word </dev/tty; echo "$word" >$HOME/word; }
            [ "$(cat $HOME/word)" = 1234 ] || exit 1
            echo '{"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1beta1", "status": {"token": "{{{token}}}"}}'
            """);
        await workstation.UseKubeconfigAsync(config => config.SetPluginAsync("my-login", "client.authentication.k8s.io/v1beta1"));
        workstation.Environment["SSHPOD_TRANSPORT"] = transport;
        await using var terminal = await TmuxTerminal.StartAsync(workstation, 120, 20, $"{workstation.SshCommand} root@{workstation.Host("pod--busybox")} hostname");
        await terminal.WaitForAsync("Password: ");
        await terminal.TypeAsync("1234");
        await terminal.WaitForAsync("^busybox");
        await terminal.WaitForAsync("exit status 0");
    }
}
