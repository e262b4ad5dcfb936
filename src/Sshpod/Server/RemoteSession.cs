using Sshpod.Ssh;
using Sshpod.Streams;

namespace Sshpod.Server;

/// <summary>A server for one connection, over the stream of the exec that started it.</summary>
/// <param name="HostKey">The public half of its host key.</param>
/// <param name="Exec">The exec: what follows the lines of the bootstrap is the server's.</param>
public sealed record RemoteSession(PublicKey HostKey, Duplex Exec);
