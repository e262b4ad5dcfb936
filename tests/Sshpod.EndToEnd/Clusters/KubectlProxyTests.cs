using System.Net.Sockets;
using CliWrap;
using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Clusters;

/// <summary><c>kubectl proxy</c> as the API server, and a kubeconfig from a shell's pipe.</summary>
public sealed class KubectlProxyTests(TestCluster cluster)
{
    [Fact]
    public async Task By_default_kubectl_proxy_forbids_exec_and_the_error_says_how_to_allow_it()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        await using var proxy = await StartAsync(workstation);
        var refused = await workstation.SshAsync("pod--busybox", "true");

        Assert.Equal(255, refused.ExitCode);
        Assert.Contains("forbids exec, as kubectl proxy does by default; whoever runs kubectl proxy can restart it with " +
            "--reject-paths='^/api/.*/pods/.*/attach'", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_the_suggested_option_kubectl_proxy_lets_connections_through()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        await using var proxy = await StartAsync(workstation, "--reject-paths=^/api/.*/pods/.*/attach");
        Assert.Equal("in\n", (await workstation.SshAsync("pod--busybox", "echo in")).Quietly().Text);
    }

    [Fact]
    public async Task A_kubeconfig_in_a_pipe_is_named_in_the_error()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        foreach (var context in new[] { "", ".context--other" })
        {
            var host = $"pod--busybox.namespace--{cluster.Namespace}{context}.sshpod";
            var run = await workstation.RunAsync("bash", "-c",
                $"KUBECONFIG=<(cat \"$KUBECONFIG\") exec ssh -F {workstation.SshConfig} root@{host} true");
            Assert.Equal(255, run.ExitCode);
            Assert.Contains("sshpod: KUBECONFIG names /dev/fd/", run.Error, StringComparison.Ordinal);
            Assert.Contains("it can be read once, and ssh does not pass it on; write the kubeconfig into a file", run.Error,
                StringComparison.Ordinal);
        }
    }

    private static async Task<RunningProgram> StartAsync(Workstation workstation, params string[] options)
    {
        var port = FreePort.Find();
        var proxy = new RunningProgram("kubectl", ["proxy", $"--port={port}", .. options],
            new Dictionary<string, string?>(workstation.Environment),
            // PipeTarget.Null closes the pipe, and kubectl would exit when it prints that it is serving.
            output: PipeTarget.ToStream(Stream.Null));
        await Eventually.HoldsAsync("kubectl proxy listens", () =>
        {
            Assert.False(proxy.Completion.IsCompleted, proxy.Error);
            using var client = new TcpClient();
            try
            {
                client.Connect("127.0.0.1", port);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        });
        await workstation.UseKubeconfigAsync(config => config.SetServerAsync($"http://127.0.0.1:{port}"));
        return proxy;
    }
}
