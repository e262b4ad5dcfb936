using System.Globalization;
using Sshpod.HostNames;
using Sshpod.Settings;

namespace Sshpod.Server;

/// <summary>On which terms a container without a shell gets a helper.</summary>
/// <param name="IsAllowed">Whether one may be added: the pod's record keeps it. One that is there is used in any case.</param>
/// <param name="Image">The image of one that is added.</param>
/// <param name="Host">The container's host name, for messages; null when unknown.</param>
/// <param name="Keeps">Whether it goes on when it is not needed any more.</param>
/// <param name="OnlyLooks">Whether nothing is put anywhere: a shell that is there is used, and no other.</param>
public sealed record HelperTerms(bool IsAllowed, string Image, string? Host = null, bool Keeps = false, bool OnlyLooks = false)
{
    /// <summary>The terms that the user has set up.</summary>
    /// <param name="settings">The user's settings.</param>
    /// <param name="address">The container.</param>
    /// <param name="host">Its host name.</param>
    public static HelperTerms Of(UserSettings settings, PodAddress address, string host) =>
        new(settings.AllowsEphemeral(address), settings.EphemeralImage, host);
}

/// <summary>What became of a container's helpers when they were to end.</summary>
/// <param name="Kept">The names of all that the pod's record keeps.</param>
/// <param name="Left">Those that still run, and why.</param>
public sealed record EndedHelpers(IReadOnlyList<string> Kept, IReadOnlyList<string> Left);

/// <summary>A helper with a shell, its tools and the server, ready for the container to use.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Pid">The process of it through which the container sees its files.</param>
/// <param name="Uid">User of the container's main process.</param>
/// <param name="Gid">Its group.</param>
internal sealed record StagedHelper(string Name, int Pid, long Uid, long Gid)
{
    /// <summary>Its root, as the container sees it.</summary>
    public string Root => string.Create(CultureInfo.InvariantCulture, $"/proc/{Pid}/root");

    /// <summary>The shell.</summary>
    public string Shell => $"{Root}/tmp/sshpod/{Bundles.Release}/sh";

    /// <summary>Parses what its script says.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="text"><c>PID UID GID</c>.</param>
    /// <returns>Null if it is something else.</returns>
    public static StagedHelper? Parse(string name, string text) =>
        text.Split(' ') is [var pid, var uid, var gid] && Number(pid) is > 0 and <= int.MaxValue and var process
        && Number(uid) is { } user && Number(gid) is { } group
            ? new StagedHelper(name, (int)process, user, group) : null;

    private static long? Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= uint.MaxValue ? number : null;
}
