using Sshpod.Tunnels.Resuming;

namespace Sshpod.Tunnels;

/// <summary>What outlives an attachment.</summary>
/// <param name="fingerprint">What stands for this client's key.</param>
/// <param name="guard">Checks the server's host key.</param>
/// <param name="time">The clock.</param>
internal sealed class ResumeState(byte[] fingerprint, HostKeyGuard guard, TimeProvider time)
{
    private long _progress = -1;
    private int _fruitless;

    /// <summary>What the server has not handed on.</summary>
    public ReplayBuffer Replay { get; } = new(time);

    /// <summary>What ssh has not taken.</summary>
    public ReceiveBuffer Received { get; } = new(time);

    /// <summary>Whether the path works.</summary>
    public Liveness Liveness { get; } = new(time);

    /// <summary>What stands for this client's key.</summary>
    public byte[] Fingerprint => fingerprint;

    /// <summary>Checks the server's host key.</summary>
    public HostKeyGuard Guard => guard;

    /// <summary>What the server has granted; null before its answer.</summary>
    public Welcome? Granted { get; set; }

    /// <summary>Why the server has ended the connection; null if it has not.</summary>
    public EndReason? End { get; set; }

    /// <summary>Whether ssh has ended: END follows its last byte, in each attachment.</summary>
    public bool IsComplete { get; set; }

    /// <summary>Attachments in a row that ended because of the protocol.</summary>
    public int Violations { get; set; }

    /// <summary>Attachments in a row on which nobody has proved to know the key.</summary>
    public int Unanswered { get; set; }

    /// <summary>How many attachments in a row came to nothing.</summary>
    public int Tried => Math.Max(Unanswered, _fruitless);

    /// <summary>How many bytes may be handed on before an ACK is due: a quarter of what either side keeps.</summary>
    public int AckEach => Math.Min(ResumingLimits.Window, Granted?.Window ?? ResumingLimits.FirstWindow) / 4;

    /// <summary>
    /// To be called when an attachment is lost. Something on the way may let each handshake pass, and nothing behind it: that must not
    /// keep us busy.
    /// </summary>
    /// <param name="lasted">How long it was there.</param>
    public void CountFruitless(TimeSpan lasted)
    {
        var progress = Replay.Start + Received.Received;
        _fruitless = progress == _progress && lasted < ResumingLimits.UsualPause ? _fruitless + 1 : 0;
        _progress = progress;
    }
}

/// <summary>The connection has ended for good: another attempt is pointless.</summary>
/// <param name="message">Why; follows "the connection to X was lost: ".</param>
/// <param name="hint">What to do about it.</param>
internal sealed class ConnectionOverException(string message, string hint = ConnectionOverException.Again)
    : Sshpod.Terminal.SshpodException(message, hint)
{
    private const string Again = "connect again";

    /// <summary>Whether the server knows nothing of the connection any more.</summary>
    public bool IsForgotten { get; init; }

    /// <summary>The server does not say how a connection ended that it no longer knows.</summary>
    public static ConnectionOverException Gone =>
        new("its session has ended there (paused longer than resume allows, sshpod clean, killed, or out of memory)")
        {
            IsForgotten = true,
        };

    /// <summary>What the server says of an end; null if that is for ssh to say.</summary>
    public static ConnectionOverException? Of(EndReason reason) => reason switch
    {
        EndReason.Cleaned => new("sshpod clean has ended it"),
        EndReason.Grace => new("it was paused for too long"),
        EndReason.Protocol => Bug("internal error: the server understands nothing more"),
        EndReason.Displaced => new("too many paused connections in the container"),
        _ => null,
    };

    /// <summary>Neither side can go on from where the other is.</summary>
    public static ConnectionOverException Positions(long sent, long received) => Bug($"internal error: positions {sent} and {received}");

    /// <summary>A bug, here or in the server.</summary>
    public static ConnectionOverException Bug(string message) =>
        new(message, "this is a bug: please report it with the output of SSHPOD_LOG=debug");
}
