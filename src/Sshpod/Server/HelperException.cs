using Sshpod.Clusters.Objects;
using Sshpod.Settings;
using Sshpod.Terminal;

namespace Sshpod.Server;

/// <summary>A container gets no shell out of a helper.</summary>
/// <inheritdoc cref="SshpodException(string, string?)"/>
public sealed class HelperException(string message, string hint) : SshpodException(message, hint)
{
    /// <summary>Its node starts it by itself, from a file.</summary>
    internal static HelperException Static(PodContainer container) =>
        new($"{Pod(container)} is a static pod: it takes no ephemeral container",
        "add a shell to the image");

    /// <summary>The image cannot be had, or has no shell.</summary>
    internal static HelperException NotStarting(HelperEntry entry) =>
        new($"ephemeral container \"{entry.Name}\" does not start ({entry.State})",
            $"name an image with sh that the cluster can pull: ephemeral-image in {UserSettings.File}");

    /// <summary>It takes too long.</summary>
    internal static HelperException Late(PodContainer container, HelperEntry? entry, string name, TimeSpan waited) =>
        new(FormattableString.Invariant($"ephemeral container \"{name}\" is not running after {waited.TotalSeconds:0} s ")
            + $"({entry?.State ?? "it is not in the pod"})",
            $"see kubectl describe pod {container.Pod} -n {container.Namespace}; SSHPOD_WAIT sets how long to wait");

    /// <summary>The runtime ignores that the helper shares the container's processes.</summary>
    internal static HelperException Apart(PodContainer container) =>
        new($"the runtime keeps the processes of \"{container.Container}\" from ephemeral containers",
            "set shareProcessNamespace: true in the pod, or add a shell to the image");

    /// <summary>What a helper lends could be exchanged.</summary>
    internal static HelperException Watched(PodContainer container) => container.Places?.Processes == Sharing.Outside
        ? new($"\"{container.Container}\" shares its processes with those of its node, which could exchange the shell that an ephemeral "
            + "container lends", "add a shell to the image, or, if you trust them, set shared-places: allow")
        : new($"\"{container.Container}\" shares its processes with another container that may run as the same user: that one could "
            + "exchange the shell that an ephemeral container lends",
            "give each container of the pod a runAsUser of its own, or, if you trust them, set shared-places: allow");

    /// <summary>The API server has none.</summary>
    internal static HelperException TooOld(string version) =>
        new($"Kubernetes {version} has no ephemeral containers that sshpod can use", "1.25 has");

    /// <summary>The kernel keeps the container's user from the helper's files.</summary>
    internal static HelperException Unreadable(PodContainer container, StagedHelper helper) =>
        new($"\"{container.Container}\" cannot read ephemeral container \"{helper.Name}\": its main process runs as "
            + $"{helper.Uid}:{helper.Gid}, and it needs the same user, group and capabilities",
            "connect again, and if that does not help, report it");

    /// <summary>All names are taken.</summary>
    internal static HelperException TooMany(PodContainer container) =>
        new($"{HelperName.Max} ephemeral containers were added for \"{container.Container}\" and have ended", "delete the pod");

    private static string Pod(PodContainer container) => $"pod \"{container.Pod}\" in namespace \"{container.Namespace}\"";
}
