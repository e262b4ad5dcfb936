using Sshpod.Clusters;
using Sshpod.Clusters.Kubeconfigs;
using Sshpod.Clusters.Objects;
using Sshpod.Connections;
using Sshpod.Server;
using Sshpod.Settings;
using Sshpod.Streams;
using Sshpod.Terminal;
using Sshpod.Tests.Tunnels;

namespace Sshpod.Tests.Connections;

public class ReconnectionTests
{
    [Fact]
    public async Task Where_nobody_may_exec_the_port_is_tried_again_after_distrust()
    {
        var streams = new NoStreams();
        var container = new PodContainer("default", "x", "uid", "main", "id");
        var snapshot = new Snapshot(new UserSettings("/there/is/none", _ => null), new KubeconfigFiles());
        var server = new RemoteServer(2222, FakeHolder.HostKey, "/sshpod", new ResumeKey(new byte[32]));
        var way = new Reconnection(snapshot, null, new RememberedServer(new RememberedHost("host", "meaning"), null, container, server,
            "release", new Access(FakeHolder.ClientKey, null, false), DateTimeOffset.UnixEpoch), TunnelKind.PortForward);
        for (var attempt = 0; attempt < 4; attempt++)
        {
            if (attempt % 2 == 0)
                way.Distrust();
            using var limit = new CancellationTokenSource();
            await Assert.ThrowsAsync<SshpodException>(
                () => way.OpenAsync(new Cluster(null!, streams), Task.FromResult<string?>(null), limit));
        }
        Assert.Equal(["exec", "port-forward", "exec", "port-forward"], streams.Asked);
    }

    private sealed class NoStreams : IClusterStreams
    {
        public List<string> Asked { get; } = [];

        public Task<Duplex> ExecAsync(PodContainer container, IReadOnlyList<string> command, CancellationToken cancellation)
        {
            Asked.Add("exec");
            throw new SshpodException("you may not exec");
        }

        public Task<Duplex> PortForwardAsync(PodContainer container, int port, CancellationToken cancellation)
        {
            Asked.Add("port-forward");
            throw new SshpodException("refused");
        }
    }
}
