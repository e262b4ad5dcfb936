using System.Globalization;
using System.Text.Json.Serialization;
using Sshpod.Clusters.Objects;
using Sshpod.Ssh;
using Sshpod.Streams;
using Sshpod.Terminal;

namespace Sshpod.Server;

/// <summary>A server running in a container.</summary>
/// <param name="Port">Its port on the loopback interface of the pod.</param>
/// <param name="HostKey">The public half of its host key.</param>
/// <param name="Program">Its executable in the container.</param>
/// <param name="ResumeKey">What it and this client know, to resume connections.</param>
public sealed record RemoteServer(int Port, PublicKey HostKey, string Program, ResumeKey ResumeKey)
{
    /// <summary>What proves that it is the one.</summary>
    [JsonIgnore]
    public ServerKeys Keys => new(HostKey, ResumeKey);

    /// <summary>Parses a port as the server prints it.</summary>
    /// <returns>Null if it is not a port.</returns>
    public static int? ParsePort(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535 ? port : null;
}

/// <summary>A server for one connection, over the stream of the exec that started it.</summary>
/// <param name="Keys">Its keys.</param>
/// <param name="Exec">The exec: after the lines of the bootstrap, its stream belongs to the server.</param>
/// <param name="Program">Its executable in the container.</param>
public sealed record RemoteSession(ServerKeys Keys, Duplex Exec, string Program)
{
    /// <summary>The public half of its host key.</summary>
    public PublicKey HostKey => Keys.HostKey;
}

/// <summary>What proves that a server is the one that the container has reported.</summary>
/// <param name="HostKey">The public half of its host key.</param>
/// <param name="ResumeKey">What it and this client know, to resume connections.</param>
public sealed record ServerKeys(PublicKey HostKey, ResumeKey ResumeKey);

/// <summary>A server runs, or should, but does not answer as one; a fresh one may.</summary>
/// <param name="container">Where it should be.</param>
/// <param name="what">What happens instead.</param>
public sealed class UnresponsiveServerException(PodContainer container, string what)
    : SshpodException($"the server in {container} {what}", "set SSHPOD_LOG=debug to see the steps")
{
    /// <summary>Whether nothing arrived at all: a fresh server would be just as silent, but another tunnel may work.</summary>
    public bool IsSilent { get; init; }

    /// <summary>Whether the stream broke before anything arrived: then it says nothing about the server.</summary>
    public bool IsCut { get; init; }
}
