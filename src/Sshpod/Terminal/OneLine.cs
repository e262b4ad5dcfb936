namespace Sshpod.Terminal;

/// <summary>
/// Text for one line of a terminal. Control characters, which the cluster or the container may have put into it, go and blanks become
/// one space: the line stays one line and cannot drive the terminal.
/// </summary>
internal static class OneLine
{
    /// <summary>Makes it fit.</summary>
    public static string Of(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
        .Select(word => string.Concat(word.Where(c => !char.IsControl(c)))));
}
