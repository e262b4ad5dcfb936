namespace Sshpod.Targets;

/// <summary>
/// How long looking for a container may take, and how long a choice is remembered; the user's own limit of the wait is the setting
/// <c>wait</c>.
/// </summary>
internal static class TargetLimits
{
    /// <summary>Between the first two looks at a target that is starting, which takes about a second if its image is there.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Between later looks, each half as long again as the one before: a pod that takes long, such as for a large image, need not be seen
    /// to the tenth of a second, and the API server has other users.
    /// </summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    /// <summary>
    /// For the reason why a connection was lost: it only improves a message, and when the API server is what has gone, the user waits.
    /// </summary>
    public static readonly TimeSpan Disappearance = TimeSpan.FromSeconds(5);

    /// <summary>After the last connection to a chosen pod: most pods live shorter.</summary>
    public static readonly TimeSpan ChoiceForgotten = TimeSpan.FromDays(30);
}
