namespace Sshpod.Completion;

/// <summary>How long a TAB may take, and how long names that were asked for are used.</summary>
internal static class CompletionLimits
{
    /// <summary>An answer younger than this is not requested again: a TAB often follows another.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    /// <summary>An answer younger than this is returned at once, and refreshed for the next time: most pods live longer.</summary>
    public static readonly TimeSpan Usable = TimeSpan.FromSeconds(60);

    /// <summary>How long the user waits if there is no usable answer. With everything else it stays below 300 ms.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(150);

    /// <summary>Between two looks at the file that the answer will be in; a look is one system call.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    /// <summary>For the process that asks the cluster, in the background: a credential plugin may take a while.</summary>
    public static readonly TimeSpan Refresh = TimeSpan.FromSeconds(20);

    /// <summary>An answer older than this is removed: nobody works in that namespace at the moment.</summary>
    public static readonly TimeSpan Forgotten = TimeSpan.FromDays(1);
}
