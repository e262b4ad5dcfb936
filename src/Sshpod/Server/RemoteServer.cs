using System.Globalization;
using Sshpod.Ssh;

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
