using System.Globalization;
using Sshpod.Clusters.Objects;
using Sshpod.Ssh;
using Sshpod.Streams;
using Sshpod.Terminal;

namespace Sshpod.Server;

/// <summary>A server running in a container.</summary>
/// <param name="Port">Its port on the loopback interface of the pod.</param>
/// <param name="HostKey">The public half of its host key.</param>
/// <param name="Program">Its executable in the container.</param>
public sealed record RemoteServer(int Port, PublicKey HostKey, string Program)
{
    /// <summary>Parses a port as the server prints it.</summary>
    /// <returns>Null if it is not a port.</returns>
    public static int? ParsePort(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535 ? port : null;
}

/// <summary>A server for one connection, over the stream of the exec that started it.</summary>
/// <param name="HostKey">The public half of its host key.</param>
/// <param name="Exec">The exec: after the lines of the bootstrap, its stream belongs to the server.</param>
/// <param name="Program">Its executable in the container.</param>
public sealed record RemoteSession(PublicKey HostKey, Duplex Exec, string Program);

/// <summary>A server runs, or should, but does not answer as one; a fresh one may.</summary>
/// <param name="container">Where it should be.</param>
/// <param name="what">What happens instead.</param>
public sealed class UnresponsiveServerException(PodContainer container, string what)
    : SshpodException($"the server in {container} {what}", "set SSHPOD_LOG=debug to see the steps")
{
    /// <summary>Whether nothing arrived at all: a fresh server would be just as silent, but another tunnel may work.</summary>
    public bool IsSilent { get; init; }
}
