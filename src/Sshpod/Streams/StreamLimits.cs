namespace Sshpod.Streams;

/// <summary>How long each wait at the end of a connection may take.</summary>
internal static class StreamLimits
{
    /// <summary>For a clean close on both sides after ssh has exited, and for ssh's EOF after the server has closed.</summary>
    public static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    /// <summary>
    /// For ssh's EOF after the server has closed, if ssh was the last to speak: the answer to its disconnect may arrive before its EOF if
    /// it gets little CPU.
    /// </summary>
    public static readonly TimeSpan AnsweredFarewell = TimeSpan.FromSeconds(5);

    /// <summary>Between two looks whether ssh is still there.</summary>
    public static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
}
