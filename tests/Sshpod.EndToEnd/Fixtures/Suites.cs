namespace Sshpod.EndToEnd.Fixtures;

/// <summary>
/// Parts of the tests that run more than once (<c>-trait Suite=streams</c>): a trait, since the tests stay with their subject.
/// </summary>
public static class Suites
{
    /// <summary>The name of the trait.</summary>
    public const string Name = "Suite";

    /// <summary>Tests that depend on how bytes get there: run with each kubectl that users have, and with each tunnel.</summary>
    public const string Streams = "streams";

    /// <summary>
    /// Tests of exec, port-forward and copies that also run through the front: a current API server's way to stream, with each transport
    /// and each tunnel. A few, since they run four times.
    /// </summary>
    public const string Front = "front";

    /// <summary>
    /// Tests of what lies before or behind the stream, such as ssh clients, the configuration that they read, and what a server uses in its
    /// container. They run with one transport, since it makes no difference to them.
    /// </summary>
    public const string Once = "once";
}
