namespace Sshpod.Machine;

/// <summary>Where a path leads when every link in it is followed, as realpath(3) does.</summary>
internal static class RealPath
{
    // What Linux follows (ELOOP).
    private const int MostLinks = 40;

    /// <summary>Follows the links.</summary>
    /// <param name="path">A path; what of it is not there stays as it is.</param>
    public static string Of(string path)
    {
        var real = Path.GetPathRoot(Path.GetFullPath(path))!;
        // A link's own ".." is meant from where the link leads, so each part is resolved before the next is added.
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
