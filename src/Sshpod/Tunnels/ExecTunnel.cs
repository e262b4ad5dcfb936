using Sshpod.Clusters.Objects;
using Sshpod.Server;
using Sshpod.Streams;
using Sshpod.Terminal;

namespace Sshpod.Tunnels;

/// <summary>A tunnel through exec: its stream is the connection, to a server of its own that does not listen.</summary>
public static class ExecTunnel
{
    /// <summary>Waits for the banner of a server that has reported that it is ready.</summary>
    /// <param name="session">The stream; owned.</param>
    /// <param name="container">Where it leads; for messages.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="SshpodException">No ssh server answers.</exception>
    public static async Task<Tunnel> OpenAsync(RemoteSession session, PodContainer container, CancellationToken cancellation)
    {
        using var progress = Progress.Begin($"connecting to the server in {container}");
        return await Tunnel.OpenAsync(
            new ExecCarrier(session.Exec), container, session.Keys, "on its exec stream", TunnelLimits.Banner, cancellation);
    }

    /// <summary>The exec, which reports its end in terms of the connection that it carries.</summary>
    private sealed class ExecCarrier(Duplex exec) : LayeredDuplex(exec)
    {
        public override async ValueTask<StreamEnd> EndAsync(CancellationToken cancellation)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(TunnelLimits.ExecEnd);
            try
            {
                return await Inner.EndAsync(limit.Token) switch
                {
                    StreamEnd.Broken broken => new StreamEnd.Broken($"the exec stream ended ({broken.Reason ?? "no exit code"})"),
                    StreamEnd.ClosedByPeer => new StreamEnd.Broken("the exec stream ended (no exit code)"),
                    var end => end,
                };
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                return new StreamEnd.ClosedByPeer();
            }
        }
    }
}
