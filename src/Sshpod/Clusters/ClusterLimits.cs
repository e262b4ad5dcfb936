namespace Sshpod.Clusters;

/// <summary>How long each wait for a cluster may take.</summary>
internal static class ClusterLimits
{
    /// <summary>
    /// For an API server to accept a connection, and then for its first byte on it. A packet that is lost is sent again after one second,
    /// and after three.
    /// </summary>
    public static readonly TimeSpan ApiSilence = TimeSpan.FromSeconds(4);

    /// <summary>For a TLS handshake in progress: either side may be short of CPU.</summary>
    public static readonly TimeSpan ApiHandshake = TimeSpan.FromSeconds(15);

    /// <summary>For one of several addresses, before the next is tried as well (RFC 8305 section 8).</summary>
    public static readonly TimeSpan NextAddress = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// For the response to a request. Admission webhooks and a busy server take time; a server that does not answer at all is detected when
    /// connecting.
    /// </summary>
    public static readonly TimeSpan ApiRequest = TimeSpan.FromSeconds(30);

    /// <summary>
    /// For the response to the request for a stream: the API server gives up a node that does not answer after 30 s, and then says so.
    /// </summary>
    public static readonly TimeSpan ApiUpgrade = TimeSpan.FromSeconds(40);

    /// <summary>The longest pause that a busy server may ask for before the request is sent again.</summary>
    public static readonly TimeSpan BusyPause = TimeSpan.FromSeconds(5);

    /// <summary>For a connection to an API server that is near: another round trip there is not felt.</summary>
    public static readonly TimeSpan Nearby = TimeSpan.FromMilliseconds(10);

    /// <summary>That a protocol of streams is refused somewhere: rights and proxies change.</summary>
    public static readonly TimeSpan StreamWayBelieved = TimeSpan.FromDays(1);

    /// <summary>Between the pings on a WebSocket, so that load balancers do not cut it while it is idle.</summary>
    public static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(30);

    /// <summary>For a WebSocket to take the message that closes it: nobody may be reading.</summary>
    public static readonly TimeSpan SocketClose = TimeSpan.FromSeconds(1);

    /// <summary>For an import of a client key that goes on when sshpod exits: it may hang in Windows.</summary>
    public static readonly TimeSpan ImportedKeys = TimeSpan.FromSeconds(1);

    /// <summary>For a credential plugin: a login in a browser takes time.</summary>
    public static readonly TimeSpan Plugin = TimeSpan.FromSeconds(60);

    /// <summary>For a credential plugin while a connection is paused: nobody sees what it waits for.</summary>
    public static readonly TimeSpan UnattendedPlugin = TimeSpan.FromSeconds(30);

    /// <summary>For a credential plugin that asks on the terminal: typing takes longer.</summary>
    public static readonly TimeSpan AskingPlugin = TimeSpan.FromMinutes(3);

    /// <summary>
    /// For what a credential plugin that has exited has already written to stderr: a child that it leaves behind may keep that open.
    /// </summary>
    public static readonly TimeSpan PluginLastWords = TimeSpan.FromMilliseconds(200);

    /// <summary>For the names that an error suggests: they are worth a moment, not the user's patience.</summary>
    public static readonly TimeSpan Suggestions = TimeSpan.FromSeconds(3);

    /// <summary>
    /// For one request by kubectl, including a credential plugin that opens a browser. An unreachable API server is detected much sooner,
    /// by the three limits below.
    /// </summary>
    public static readonly TimeSpan KubectlRequest = TimeSpan.FromSeconds(60);

    /// <summary>For kubectl to answer, before we look whether its API server can be reached.</summary>
    public static readonly TimeSpan KubectlSilence = TimeSpan.FromSeconds(1.5);

    /// <summary>For the connection with which we look.</summary>
    public static readonly TimeSpan ProbeConnect = TimeSpan.FromSeconds(1.5);

    /// <summary>
    /// For the TLS handshake with which we look, or the first byte without TLS: the kernel accepts connections even if the server is busy.
    /// </summary>
    public static readonly TimeSpan ProbeAnswer = TimeSpan.FromSeconds(10);

    /// <summary>For kubectl port-forward to listen: it first finds the pod and connects to it.</summary>
    public static readonly TimeSpan PortForwardStart = TimeSpan.FromSeconds(30);

    /// <summary>For a port-forward whose data has ended to say why; kubectl before 1.23 says nothing.</summary>
    public static readonly TimeSpan PortForwardEnd = TimeSpan.FromMilliseconds(300);
}
