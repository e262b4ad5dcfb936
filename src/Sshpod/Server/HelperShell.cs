using Sshpod.Clusters.Objects;
using Sshpod.Settings;

namespace Sshpod.Server;

/// <summary>Where a shell of ours is in a container, and what it tells a helper.</summary>
internal static class HelperShell
{
    private const string Name = "/sh";

    // The spec's path of a volume may go through these.
    private static readonly (string From, string To)[] Links = [("/var/run", "/run"), ("/var/lock", "/run/lock")];

    /// <summary>Lets a helper stay until it is ended.</summary>
    /// <param name="root">Its root, as seen from where this runs.</param>
    public static string Stay(string root) => $": >{root}/tmp/sshpod/live";

    /// <summary>Ends a helper. Where the process is not one, it is the application's, and left alone.</summary>
    /// <param name="pid">Its process.</param>
    /// <param name="root">Its root, as seen from where this runs.</param>
    /// <param name="message">What its status says afterwards, which only its user can write.</param>
    public static string End(int pid, string root, string message) =>
        FormattableString.Invariant(
            $"[ ! -e {root}/tmp/sshpod/holder ] || {{ echo '{message}' >{root}/dev/termination-log; kill {pid}; }}");

    /// <summary>Whether a path, of a shell or of the server's program, is in a helper.</summary>
    public static bool IsStaged(string path) => path.StartsWith("/proc/", StringComparison.Ordinal);

    /// <summary>The shell beside a server's program; null if the path is not one of ours.</summary>
    public static string? Beside(string program) => program.LastIndexOf('/') is > 0 and var end && IsOne(program[..end] + Name)
        ? program[..end] + Name : null;

    /// <summary>
    /// The shell that a helper which has ended has left in the container, in a place that nobody else could write to. Its own word, in its
    /// status, and not what is found there: a container may have processes of other users, and what it runs at our word runs as its own.
    /// </summary>
    /// <remarks>
    /// It counts for the life of the container for which the helper was added, which the helper's name tells: after a restart nothing is
    /// there, and anybody could put something there.
    /// </remarks>
    /// <returns>
    /// Null if there is none, or if another container has come to write to that place, or could write in the helper's name.
    /// </returns>
    public static string? Installed(IReadOnlyList<HelperEntry> entries, PodContainer container, UserSettings settings) =>
        IsWatched(container, settings) ? null : entries.Where(entry => HelperName.All(container).Contains(entry.Name))
            .Select(entry => entry.Ended?.Message?.Trim())
            .LastOrDefault(path => path is not null && IsOne(path) && !IsStaged(path) && !IsShared(path, container));

    /// <summary>
    /// Whether processes of another container could write to the files of a helper: they see it, have its user, and no more rights are
    /// needed, since it has none. What it lends would run with those of this container.
    /// </summary>
    /// <param name="container">The container that it is for.</param>
    /// <param name="settings">The user's settings, which may allow it.</param>
    public static bool IsWatched(PodContainer container, UserSettings settings) =>
        container.Places?.AreProcessesRefused == true && !settings.AllowsSharedPlaces;

    /// <summary>Refuses a helper there.</summary>
    /// <exception cref="HelperException">They could.</exception>
    public static void RefuseWatched(PodContainer container, UserSettings settings)
    {
        if (IsWatched(container, settings))
            throw HelperException.Watched(container);
    }

    /// <summary>Whether a text is the path of a shell that this client installs.</summary>
    public static bool IsOne(string path) => path.StartsWith('/') && path.Length < 256
        && path.EndsWith($"/{Bundles.Release}{Name}", StringComparison.Ordinal)
        && path.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_')
        && !path.Contains("/../", StringComparison.Ordinal);

    // The path is the kernel's. A volume that others could write to when the shell was installed was not used, wherever links lead; this is
    // about one that another container has come to mount since.
    private static bool IsShared(string path, PodContainer container) => (container.Places?.Volumes ?? [])
        .Any(volume => volume.IsRefused && Places.IsAt(path, Follow(volume.Path)));

    private static string Follow(string path) => Links.Where(link => Places.IsAt(path, link.From))
        .Select(link => link.To + path[link.From.Length..]).FirstOrDefault(path);
}
