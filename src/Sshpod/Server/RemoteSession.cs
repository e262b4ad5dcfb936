using Sshpod.Ssh;
using Sshpod.Streams;

namespace Sshpod.Server;

/// <summary>A server for one connection, over the stream of the exec that started it.</summary>
/// <param name="HostKey">The public half of its host key.</param>
/// <param name="Exec">The exec: after the lines of the bootstrap, its stream belongs to the server.</param>
public sealed record RemoteSession(PublicKey HostKey, Duplex Exec);
