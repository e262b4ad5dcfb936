using Sshpod.Clusters;
using Sshpod.Clusters.Transports;
using Sshpod.Machine;

namespace Sshpod.Doctor;

/// <summary>How the cluster is reached, and kubectl if it is needed.</summary>
internal static class TransportCheck
{
    /// <summary>Chooses the transport as a connection does.</summary>
    public static Finding<ChosenTransport> Run(Snapshot snapshot, string? context)
    {
        var chosen = Transport.Select(snapshot, context);
        var kubectl = ProgramPath.Find("kubectl");
        var text = $"{chosen.Name}, {chosen.Reason}";
        if (chosen.Name != "kubectl")
            return Finding.Ok(chosen, text);
        return kubectl is null
            ? Finding.Failure<ChosenTransport>($"{text}, and there is no kubectl on your PATH", "install kubectl")
            : Finding.Ok(chosen, $"{text}: {kubectl}");
    }
}
