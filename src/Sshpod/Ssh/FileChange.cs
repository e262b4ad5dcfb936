namespace Sshpod.Ssh;

/// <summary>What a run of <c>sshpod configure</c> does to one file. Contents have one character per byte (Latin-1).</summary>
/// <param name="File">Its path.</param>
/// <param name="Old">Its content; null if there is no file.</param>
/// <param name="New">Its new content; null to remove it.</param>
/// <param name="Done">What to tell the user afterwards.</param>
public sealed record FileChange(string File, string? Old, string? New, string Done)
{
    /// <summary>Whether there is anything to do.</summary>
    public bool IsNeeded => Old != New;

    /// <summary>The change as a unified diff.</summary>
    public string Diff => UnifiedDiff.Between(UserConfiguration.FromUtf8(File), Old, New);
}
