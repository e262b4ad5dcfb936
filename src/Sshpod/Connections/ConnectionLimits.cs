namespace Sshpod.Connections;

/// <summary>How long a connection waits for something, and how long it believes what it remembers.</summary>
internal static class ConnectionLimits
{
    /// <summary>For the banner of a remembered server: short, since a bootstrap then finds out what is wrong.</summary>
    public static readonly TimeSpan RememberedBanner = TimeSpan.FromSeconds(3);

    /// <summary>For the connection to the API server and the stream of one attempt to resume.</summary>
    public static readonly TimeSpan Redial = TimeSpan.FromSeconds(10);

    /// <summary>The same with kubectl, which also runs the credential plugin in that time.</summary>
    public static readonly TimeSpan RedialByKubectl = TimeSpan.FromSeconds(40);

    /// <summary>For the rest of an attempt that asks the container: it may have to install the server again.</summary>
    public static readonly TimeSpan RedialByExec = TimeSpan.FromSeconds(30);

    /// <summary>For a context that has gone from the kubeconfig to come back.</summary>
    public static readonly TimeSpan ContextMissing = TimeSpan.FromSeconds(60);

    /// <summary>For the claim of a host name, which other processes hold for a moment while they read or write it.</summary>
    public static readonly TimeSpan Claim = TimeSpan.FromSeconds(1);

    /// <summary>Between two looks at a claim.</summary>
    public static readonly TimeSpan ClaimPause = TimeSpan.FromMilliseconds(10);

    /// <summary>That port-forward does not work somewhere: rights and networks change.</summary>
    public static readonly TimeSpan TunnelBelieved = TimeSpan.FromDays(1);

    /// <summary>
    /// After a connection was noted that could be resumed, and whose proxy is dead: the server has long ended it, see
    /// <see cref="Settings.Grace.Longest"/>.
    /// </summary>
    public static readonly TimeSpan TicketForgotten = TimeSpan.FromDays(30);

    /// <summary>For such a note, in bytes: a host name, a container and a key.</summary>
    public const int MaxTicket = 4096;

    /// <summary>After the last use of a server. By then it has long exited, and most pods are gone.</summary>
    public static readonly TimeSpan ServerForgotten = TimeSpan.FromDays(30);
}
