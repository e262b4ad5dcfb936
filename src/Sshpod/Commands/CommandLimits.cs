namespace Sshpod.Commands;

/// <summary>How long a command waits for something other than the cluster.</summary>
internal static class CommandLimits
{
    /// <summary>For the version of the newest release, with all redirects: the user waits for nothing else.</summary>
    public static readonly TimeSpan NewestRelease = TimeSpan.FromSeconds(20);
}
