namespace Sshpod.Ssh;

/// <summary>What a run of <c>sshpod configure</c> does to one file.</summary>
/// <param name="File">Its path.</param>
/// <param name="Old">Its content; null if there is no file.</param>
/// <param name="New">Its new content; null to remove it.</param>
/// <param name="Done">What to tell the user afterwards.</param>
public sealed record FileChange(string File, FileText? Old, FileText? New, string Done)
{
    /// <summary>Whether there is anything to do.</summary>
    public bool IsNeeded => Old != New;

    /// <summary>The change as a unified diff.</summary>
    public FileText Diff => UnifiedDiff.Between(File, Old, New);
}
