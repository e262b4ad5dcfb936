using Sshpod.Tunnels.Resuming;

namespace Sshpod.Tunnels;

/// <summary>Connections whose client is dead, of which a new connection tells the server with its first bytes.</summary>
/// <param name="state">The new connection.</param>
/// <param name="all">The dead ones.</param>
internal sealed class DeadTunnels(ResumeState state, IReadOnlyList<DeadTunnel> all)
{
    private int _isForgotten;

    /// <summary>All of them.</summary>
    public IReadOnlyList<DeadTunnel> All => all;

    /// <summary>Forgets them once the server has heard of them. To be called from time to time, and at the end.</summary>
    public void ForgetIfHeard()
    {
        // What the server acknowledges, or answers with END, was sent behind it.
        if ((state.Replay.Start > 0 || state.End is not null) && Interlocked.Exchange(ref _isForgotten, 1) == 0)
            foreach (var dead in all)
                dead.Forget();
    }
}
