namespace Sshpod.Doctor;

/// <summary>Who can change what, in the words of docs/troubleshooting.md.</summary>
internal static class Who
{
    /// <summary>The user who runs ssh.</summary>
    public const string You = "you";

    /// <summary>Those who write the pod's manifest or image.</summary>
    public const string PodOwner = "the pod's owner";

    /// <summary>Those who grant rights in the cluster.</summary>
    public const string Administrator = "the administrator";
}
