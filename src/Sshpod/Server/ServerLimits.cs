namespace Sshpod.Server;

/// <summary>How long the dialogue with a container waits for something.</summary>
internal static class ServerLimits
{
    /// <summary>For the next line of a script, from the last line or from the last piece that was sent to it.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    /// <summary>For the end of a script; only a piece that is sent starts it anew.</summary>
    public static readonly TimeSpan Script = TimeSpan.FromSeconds(60);

    /// <summary>For the container to take one piece of the bundle: a slow link is allowed, but a dead one is an error.</summary>
    public static readonly TimeSpan Piece = TimeSpan.FromSeconds(20);

    /// <summary>For a shell that reads the bundle as text, after the last piece.</summary>
    public static readonly TimeSpan Text = TimeSpan.FromMinutes(2);

    /// <summary>Between two looks at a helper that is starting, which takes about two seconds if its image is there.</summary>
    public static readonly TimeSpan HelperPause = TimeSpan.FromMilliseconds(500);

    /// <summary>Between two looks at whether a helper still runs, while the bundle is put into it.</summary>
    public static readonly TimeSpan HelperLook = TimeSpan.FromSeconds(2);

    /// <summary>Before another exec into a container that the node does not know yet: it looks for containers once a second.</summary>
    public static readonly TimeSpan NodePause = TimeSpan.FromSeconds(1);
}
