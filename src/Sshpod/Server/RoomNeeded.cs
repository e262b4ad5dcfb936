using System.Globalization;
using Sshpod.Clusters.Objects;

namespace Sshpod.Server;

/// <summary>How much room the server needs in a place, and whether a limit leaves enough. docs/containers.md has the figures.</summary>
public static class RoomNeeded
{
    // In sshd/overrides: the log (log_limit.c), the list of logins and its predecessor (logins.c), the keys while they are replaced
    // (keys.c: 512 lines of 1152 bytes, twice), and 32 KiB for a host key, locks, sockets and directories.
    private const long State = (64 + 2 * 448 + 2 * 576 + 32) * 1024;

    /// <summary>The most that sshpod ever writes in a place: the program, a second copy while it is replaced, and its state.</summary>
    public static long Most { get; } = 2 * Bundles.All.Select(bundle => bundle.Size).DefaultIfEmpty().Max() + State;

    /// <summary>
    /// The lowest limit that suffices. A limit covers all writers, and how much the application has written is unknown, so half is reserved
    /// for it. Usually sshpod takes an eighth of this limit: the lists grow only with the logins.
    /// </summary>
    public static long LeastLimit { get; } = 2 * Most;

    /// <summary>The free space that is required, in KiB, for the scripts.</summary>
    public static string Free { get; } = ((Most + 1023) / 1024).ToString(CultureInfo.InvariantCulture);

    /// <summary>Whether a limit is too low.</summary>
    public static bool IsBelow(Room? room) => room?.Bytes < LeastLimit;

    /// <summary>Why a place with a limit is unsuitable; follows its name.</summary>
    public static string Why(Room? room) => $"has {(room is null ? "a limit" : $"{room.Limit} of {Megabytes(room.Bytes)}")}, "
        + $"but the server, which may take up to {Megabytes(Most)}, needs a limit of {Megabytes(LeastLimit)}";

    /// <summary>Why a place with little free space is unsuitable; follows its name.</summary>
    /// <param name="free">Free space in KiB.</param>
    public static string WhyFull(string free)
    {
        var known = int.TryParse(free, NumberStyles.None, CultureInfo.InvariantCulture, out var kilobytes);
        return $"has {Megabytes(known ? kilobytes * 1024L : 0)} of free space, but the server may take up to {Megabytes(Most)}";
    }

    /// <summary>What the pod's owner can do.</summary>
    public static string Hint { get; } = $"raise the limit, or mount an emptyDir of {Megabytes(LeastLimit)} or more at /tmp";

    private static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB");
}
