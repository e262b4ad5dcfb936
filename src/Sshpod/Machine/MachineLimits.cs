namespace Sshpod.Machine;

/// <summary>How long we wait for other programs on this machine.</summary>
internal static class MachineLimits
{
    /// <summary>For a lock that another sshpod holds: what is done under one takes milliseconds.</summary>
    public static readonly TimeSpan Lock = TimeSpan.FromSeconds(10);

    /// <summary>For a program that has a file open that we replace, on Windows. ssh reads known_hosts in milliseconds.</summary>
    public static readonly TimeSpan OpenFile = TimeSpan.FromSeconds(3);

    /// <summary>Between two attempts of either, at first.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Between two attempts at a lock, after a while.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(100);
}
