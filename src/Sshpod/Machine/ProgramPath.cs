namespace Sshpod.Machine;

/// <summary>
/// Finds programs in the absolute directories of PATH and nowhere else. .NET would first look beside sshpod and in the current directory,
/// and a shell looks in the current directory for an empty or relative entry of PATH: the author of the work tree would choose the program.
/// </summary>
internal static class ProgramPath
{
    private const string Variable = "PATH";

    // The beginning of confstr(_CS_PATH) on glibc, musl and macOS. If PATH is missing or empty, a C library or a shell may use the current
    // directory.
    private const string Standard = "/usr/bin:/bin";

    /// <summary>PATH without the entries that depend on the current directory, for the programs that we start and their children.</summary>
    public static string Safe => SafePath(Environment.GetEnvironmentVariable(Variable));

    /// <summary>Finds a program.</summary>
    /// <param name="name">Its name, or an absolute path, which is returned unchanged.</param>
    /// <returns>An absolute path; null if the program is not on PATH or the name is a relative path.</returns>
    public static string? Find(string name) =>
        Find(name, Environment.GetEnvironmentVariable(Variable), Environment.GetEnvironmentVariable("PATHEXT"));

    /// <summary>
    /// The path of sshpod that survives upgrades: the one it was called by, or the one on PATH. Package managers upgrade by changing a
    /// link; the link's old target, which <see cref="Environment.ProcessPath"/> returns, is then gone.
    /// </summary>
    public static string Own => FindOwn(CalledAs(), Environment.GetEnvironmentVariable(Variable), Environment.ProcessPath!);

    /// <param name="called">What it was called as: a path, or a name that was found on PATH.</param>
    /// <param name="path">PATH.</param>
    /// <param name="program">The file that is running.</param>
    internal static string FindOwn(string? called, string? path, string program)
    {
        var real = RealPath.Of(program);
        string?[] candidates =
        [
            called is not { Length: > 0 } ? null : called.AsSpan()
            .ContainsAny(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar) ? Path.GetFullPath(called)
                : Find(called, path, null),
            Find("sshpod", path, null),
        ];
        return candidates.FirstOrDefault(candidate => candidate is not null && File.Exists(candidate) && RealPath.Of(candidate) == real
            && IsKept(candidate)) ?? program;
    }

    // ssh will later run whatever is there, so a path that everybody may change does not qualify. A package manager's directory may be its
    // group's.
    private static bool IsKept(string file)
    {
        if (OperatingSystem.IsWindows())
            return true;
        for (string? path = file; path is not null; path = Path.GetDirectoryName(path))
            if (UnixFile.Read(path) is not { IsOursOrRoots: true, LetsEverybodyExchange: false })
                return false;
        return true;
    }

    // .NET returns the path of the file, or of a .dll, instead.
    private static string? CalledAs()
    {
        if (!OperatingSystem.IsLinux())
            return Environment.GetCommandLineArgs().FirstOrDefault();
        try
        {
            return File.ReadAllText("/proc/self/cmdline").Split('\0')[0];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    internal static string? Find(string name, string? path, string? pathExtensions)
    {
        if (Path.IsPathFullyQualified(name))
            return name;
        // "C:name" has no separator, and is relative to that drive's current directory.
        if (name.Length == 0
            || name.AsSpan().ContainsAny(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar, Path.VolumeSeparatorChar))
            return null;
        var names = Names(name, pathExtensions);
        return Directories(path).SelectMany(directory => names.Select(file => Path.Combine(directory, file))).FirstOrDefault(IsProgram);
    }

    /// <summary>A PATH that does not depend on the current directory.</summary>
    internal static string SafePath(string? path) =>
        string.Join(Path.PathSeparator, Directories(path)) is { Length: > 0 } safe ? safe : OperatingSystem.IsWindows() ? "" : Standard;

    // On Windows, "\tools" and "C:tools" are rooted, but depend on the current drive and directory.
    private static IEnumerable<string> Directories(string? path) =>
        (path ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(entry => OperatingSystem.IsWindows() ? entry.Trim('"') : entry)
            .Where(Path.IsPathFullyQualified);

    private static string[] Names(string name, string? pathExtensions)
    {
        if (!OperatingSystem.IsWindows())
            return [name];
        var endings = (pathExtensions is { Length: > 0 } ? pathExtensions
            : ".COM;.EXE;.BAT;.CMD").Split(';', StringSplitOptions.RemoveEmptyEntries);
        return [.. endings.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase) ? [name] : Array.Empty<string>(),
            .. endings.Select(ending => name + ending)];
    }

    private static bool IsProgram(string file) => File.Exists(file)
        && (OperatingSystem.IsWindows()
            || (File.GetUnixFileMode(file) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0);
}
