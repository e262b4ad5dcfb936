using Sshpod.Terminal;

namespace Sshpod.Machine;

/// <summary>
/// Checks that a directory is the user's alone: nobody else may write to it or replace it. The home directory and its parents are not
/// checked: anyone who can replace those already controls everything the user has.
/// </summary>
internal static class PrivateDirectory
{
    // As on Linux: more links than this are a loop.
    private const int MostLinks = 40;

    /// <summary>Refuses one that is not. One that does not exist yet is fine if nobody else can create it.</summary>
    /// <param name="directory">Its absolute path.</param>
    /// <param name="home">The home directory.</param>
    /// <exception cref="SshpodException">Somebody else may write there.</exception>
    public static void Check(string directory, string home)
    {
        if (OperatingSystem.IsWindows())
        {
            WindowsAccess.CheckDirectory(directory);
            return;
        }
        // The path to home is not checked, neither as named nor with its links resolved.
        var free = Walk(home).Select(step => step.Path).ToHashSet();
        foreach (var (path, file, isLast) in Walk(directory).Where(step => !free.Contains(step.Path)))
        {
            if (isLast ? !file.IsOurs : !file.IsOursOrRoots)
                throw new SshpodException($"the directory {path} belongs to another user, and sshpod's key would be there",
                    isLast ? $"chown it if it is yours, or remove it: {path}" : "set XDG_CACHE_HOME to a directory that you own");
            if (!file.IsLink && (isLast ? file.IsOpen : file.LetsOthersExchange))
                throw new SshpodException(
                    $"others may write to the directory {path} (mode {file.Permissions}), and sshpod's key would be there",
                    isLast || file.IsOurs ? $"chmod go-w {path}" : "set XDG_CACHE_HOME to a directory that you own");
        }
    }

    /// <summary>Each directory and each link on the path, from the root to the last one that exists.</summary>
    private static IEnumerable<(string Path, UnixFile File, bool IsLast)> Walk(string path)
    {
        var links = 0;
        var rest = new Stack<string>(Parts(path));
        var at = "/";
        while (true)
        {
            if (UnixFile.Read(at) is not { } file)
                yield break;
            // A link's own mode means nothing; its target counts as the last.
            yield return (at, file, rest.Count == 0 && !file.IsLink);
            if (file.IsLink)
            {
                if (++links > MostLinks || new FileInfo(at).LinkTarget is not { } target)
                    yield break;
                foreach (var part in Parts(target))
                    rest.Push(part);
                at = target.StartsWith('/') ? "/" : Path.GetDirectoryName(at)!;
            }
            if (!rest.TryPop(out var next))
                yield break;
            at = next switch { "." => at, ".." => Path.GetDirectoryName(at) ?? "/", _ => Path.Combine(at, next) };
        }
    }

    private static IEnumerable<string> Parts(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse();
}
