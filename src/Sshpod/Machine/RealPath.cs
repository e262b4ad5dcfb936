namespace Sshpod.Machine;

/// <summary>Resolves every link in a path, as realpath(3) does.</summary>
internal static class RealPath
{
    // The limit on Linux (ELOOP).
    private const int MostLinks = 40;

    /// <summary>Resolves the links.</summary>
    /// <param name="path">A path; the part that does not exist is kept as it is.</param>
    public static string Of(string path)
    {
        var real = Path.GetPathRoot(Path.GetFullPath(path))!;
        // A ".." in a link's target is relative to where the link really is, so each part is resolved before the next is added.
        var rest = new Stack<string>(Parts(Path.GetFullPath(path)).Reverse());
        var links = 0;
        while (rest.TryPop(out var part))
        {
            if (part == "..")
            {
                real = Path.GetDirectoryName(real) ?? real;
                continue;
            }
            var next = Path.Combine(real, part);
            if (new FileInfo(next).LinkTarget is not { } target || ++links > MostLinks)
            {
                real = next;
                continue;
            }
            if (Path.IsPathFullyQualified(target))
                real = Path.GetPathRoot(target)!;
            foreach (var step in Parts(target).Reverse())
                rest.Push(step);
        }
        return real;
    }

    private static IEnumerable<string> Parts(string path) =>
        path[(Path.GetPathRoot(path)?.Length ?? 0)..]
        .Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries)
        .Where(part => part != ".");
}
