namespace Sshpod.Doctor;

/// <summary>Who can change what, in the words of docs/troubleshooting.md.</summary>
internal static class Who
{
    /// <summary>Whoever runs ssh.</summary>
    public const string You = "you";

    /// <summary>Whoever writes the pod's manifest or image.</summary>
    public const string PodOwner = "the pod's owner";

    /// <summary>Whoever grants rights in the cluster.</summary>
    public const string Administrator = "the administrator";
}
