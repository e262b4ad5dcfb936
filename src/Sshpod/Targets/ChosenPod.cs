using Sshpod.HostNames;
using Sshpod.Machine;

namespace Sshpod.Targets;

/// <summary>Remembers which pod of a deployment or job was chosen, so that the next connection lands in the same one.</summary>
/// <param name="address">The deployment or job, with its namespace and without a container.</param>
public sealed class ChosenPod(PodAddress address)
{
    private static readonly CacheFolder<string> Folder = CacheFile.Texts("chosen-pods", TargetLimits.ChoiceForgotten);

    private readonly CacheFile<string> _file = Folder.About($"{address}");

    /// <summary>UID of the pod that was chosen last; null if none is remembered.</summary>
    public string? Read() => _file.Read()?.Trim();

    /// <summary>Remembers the pod with this UID.</summary>
    public void Write(string uid) => _file.Write(uid);
}
