using Sshpod.Clusters;
using Sshpod.Ssh;
using Sshpod.Streams;

namespace Sshpod.Server;

/// <summary>A server for one connection, over the stream of the exec that started it.</summary>
/// <param name="HostKey">The public half of its host key.</param>
/// <param name="Exec">The exec. Its stdin is the server's.</param>
/// <param name="Output">The server's stdout: the reader of the lines before may have taken some of it already.</param>
public sealed record RemoteSession(PublicKey HostKey, IExec Exec, LineReader Output);
