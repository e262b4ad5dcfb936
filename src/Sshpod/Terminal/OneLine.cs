namespace Sshpod.Terminal;

/// <summary>Text from anywhere, made fit for a line of a terminal.</summary>
internal static class OneLine
{
    /// <summary>Control characters become spaces or nothing: it stays one line and cannot drive the terminal.</summary>
    public static string Of(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
        .Select(word => string.Concat(word.Where(c => !char.IsControl(c)))));
}
