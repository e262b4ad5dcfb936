namespace Sshpod.Doctor;

/// <summary>
/// Paths as ssh reports them. On Windows, our configuration has slashes, ours in .NET are backslashes, and case means nothing.
/// </summary>
internal static class SshPath
{
    /// <summary>Whether what ssh reports is this file.</summary>
    public static bool IsSame(string reported, string file) => Plain(reported, file).Equals(Plain(file, file), Comparison(file));

    /// <summary>Whether what ssh reports, several files in one line without quotes, has this file.</summary>
    public static bool IsAmong(string reported, string file) =>
        $" {Plain(reported, file)} ".Contains($" {Plain(file, file)} ", Comparison(file));

    private static string Plain(string path, string file) => IsOfWindows(file) ? path.Replace('\\', '/') : path;

    private static StringComparison Comparison(string file) =>
        IsOfWindows(file) ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    private static bool IsOfWindows(string file) =>
        file.StartsWith(@"\\", StringComparison.Ordinal) || (file is [var drive, ':', '\\' or '/', ..] && char.IsAsciiLetter(drive));
}
