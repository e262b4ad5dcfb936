namespace Sshpod.EndToEnd.Fixtures;

/// <summary>
/// Parts of the tests that are run more than once (<c>-trait Suite=streams</c>): a trait, since they stand where their subject does.
/// </summary>
public static class Suites
{
    /// <summary>The name of the trait.</summary>
    public const string Name = "Suite";

    /// <summary>Whatever depends on how bytes get there: run with each kubectl that users have, and with each tunnel.</summary>
    public const string Streams = "streams";

    /// <summary>
    /// Whatever lies before or behind the stream, such as ssh clients, the configuration that they read, and what a server takes in its
    /// container: the same whichever way the bytes go, so it is run with one transport.
    /// </summary>
    public const string Once = "once";
}
