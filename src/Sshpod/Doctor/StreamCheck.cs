using Sshpod.Clusters;
using Sshpod.Clusters.Api;
using Sshpod.Clusters.Api.Streams;
using Sshpod.Clusters.Objects;
using Sshpod.Clusters.Transports;
using Sshpod.Server;
using Sshpod.Streams;
using Sshpod.Terminal;

namespace Sshpod.Doctor;

/// <summary>An attempt at an exec: it has started, or the cluster said why not.</summary>
internal sealed record ExecAttempt(Duplex? Exec, SshpodException? Failure) : IAsyncDisposable
{
    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Exec?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>The stream of an exec: a WebSocket or SPDY, or kubectl if the API server or something in between refuses both.</summary>
internal static class StreamCheck
{
    /// <summary>Starts the examination once more, with another shell.</summary>
    public static async Task<ExecAttempt> AttemptAsync(
        IClusterStreams streams, PodContainer container, ContainerShell shell, CancellationToken cancellation)
    {
        try
        {
            return new ExecAttempt(await streams.ExecAsync(container, Examination.Command(shell), cancellation), null);
        }
        catch (SshpodException e)
        {
            return new ExecAttempt(null, e);
        }
    }

    /// <summary>Starts the examination.</summary>
    public static async Task<Finding<ExecAttempt>> RunAsync(
        ChosenTransport transport, PodContainer container, ContainerShell shell, CancellationToken cancellation)
    {
        var streams = transport.Cluster.Streams;
        ExecAttempt attempt;
        try
        {
            attempt = new ExecAttempt(await streams.ExecAsync(container, Examination.Command(shell), cancellation), null);
        }
        catch (UpgradeRefusedException e)
        {
            // Only the API server itself, and kubectl proxy, answer so that there is a hint.
            var who = e.Hint is null ? "the API server, or something on the way to it," : "the API server";
            return Finding.Failure<ExecAttempt>($"{who} refuses a WebSocket: {e.Message}",
                streams is AutoStreams ? "install kubectl, which may get through"
                    : "unset SSHPOD_TRANSPORT, and put kubectl on your PATH");
        }
        catch (SshpodException e)
        {
            // The stream is not at fault; the next check reports it.
            attempt = new ExecAttempt(null, e);
        }
        return streams switch
        {
            AutoStreams { Refusal: { } refusal } =>
                Finding.Warning(attempt, $"kubectl, since a WebSocket is refused: {refusal.Message}",
                    refusal.Hint ?? "find out what is on the way to the API server, such as a proxy"),
            AutoStreams or ApiCluster => Finding.Ok(attempt,
                transport.Cluster.Objects is ApiCluster { LastWay: SpdyWay } ? "SPDY" : "a WebSocket"),
            _ => Finding.Ok(attempt, "kubectl uses a WebSocket or SPDY, depending on its version"),
        };
    }
}
