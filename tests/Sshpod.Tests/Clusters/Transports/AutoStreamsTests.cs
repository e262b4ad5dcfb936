using Sshpod.Clusters;
using Sshpod.Clusters.Api.Streams;
using Sshpod.Clusters.Objects;
using Sshpod.Clusters.Transports;
using Sshpod.Streams;
using Sshpod.Terminal;

namespace Sshpod.Tests.Clusters.Transports;

public class AutoStreamsTests
{
    private static readonly PodContainer Container = new("app", "web", "uid", "main", "id");

    [Theory]
    [InlineData(302)]
    [InlineData(401)]
    [InlineData(404)]
    public async Task What_kubectl_would_not_change_is_told_by_us_and_kubectl_does_not_run(int status)
    {
        var refusal = new UpgradeRefusedException(new SshpodException("no", "ask"), status);
        var kubectl = new Failing(new InvalidOperationException());
        var streams = new AutoStreams(new Failing(refusal), kubectl);
        Assert.Same(refusal, await Assert.ThrowsAsync<UpgradeRefusedException>(() => streams.ExecAsync(Container, ["sh"], default)));
        Assert.Same(refusal, await Assert.ThrowsAsync<UpgradeRefusedException>(() => streams.PortForwardAsync(Container, 1, default)));
        Assert.Null(streams.Refusal);
        Assert.Equal(0, kubectl.Attempts);
    }

    [Fact]
    public async Task The_API_server_is_asked_each_time()
    {
        var api = new Failing(new UpgradeRefusedException(new SshpodException("no"), 403));
        var streams = new AutoStreams(api, new Failing(new SshpodException("kubectl: no")));
        for (var i = 0; i < 2; i++)
            await Assert.ThrowsAnyAsync<SshpodException>(() => streams.ExecAsync(Container, ["sh"], default));
        Assert.Equal(2, api.Attempts);
    }

    private sealed class Failing(Exception failure) : IClusterStreams
    {
        public int Attempts { get; private set; }

        public Task<Duplex> ExecAsync(PodContainer container, IReadOnlyList<string> command, CancellationToken cancellation) => Fail();

        public Task<Duplex> PortForwardAsync(PodContainer container, int port, CancellationToken cancellation) => Fail();

        private Task<Duplex> Fail()
        {
            Attempts++;
            return Task.FromException<Duplex>(failure);
        }
    }
}
