using Sshpod.Terminal;

namespace Sshpod.Tunnels;

/// <summary>How a server is reached again after its stream was lost.</summary>
public interface IWayBack
{
    /// <summary>Tries once, within limits of its own.</summary>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <returns>A tunnel to the same server, which has sent its greeting.</returns>
    /// <exception cref="SshpodException">It does not work now. If it never will again, the connection ends.</exception>
    Task<Tunnel> OpenAsync(CancellationToken cancellation);

    /// <summary>
    /// Something else answered, or again nobody who knows the key: the next attempt, and no other, asks the container where the server is.
    /// </summary>
    void Distrust();
}
