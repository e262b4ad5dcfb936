using System.Globalization;
using Sshpod.Clusters.Objects;

namespace Sshpod.Server;

/// <summary>How much room the server needs in a place, and whether a limit leaves it. docs/containers.md has the figures.</summary>
public static class RoomNeeded
{
    // In sshd/overrides: the log (log_limit.c), the list of logins and the one before it (logins.c), the keys while they are replaced
    // (keys.c: 512 lines of 1152 bytes, twice), and 32 KiB for a host key, locks, sockets and directories.
    private const long State = (64 + 2 * 448 + 2 * 576 + 32) * 1024;

    /// <summary>The most that sshpod ever writes in a place: the program, once more while it is replaced, and what is beside it.</summary>
    public static long Most { get; } = 2 * Bundles.All.Select(bundle => bundle.Size).DefaultIfEmpty().Max() + State;

    /// <summary>
    /// The lowest limit that is enough. A limit is for what all write together, and what the application has written is not known: at least
    /// half of it is the application's. Usually sshpod takes an eighth of this one: the lists grow only with the logins.
    /// </summary>
    public static long LeastLimit { get; } = 2 * Most;

    /// <summary>What free space there must be, in KiB, for the scripts.</summary>
    public static string Free { get; } = ((Most + 1023) / 1024).ToString(CultureInfo.InvariantCulture);

    /// <summary>Whether a limit is too low.</summary>
    public static bool IsBelow(Room? room) => room?.Bytes < LeastLimit;

    /// <summary>Why a place is none, after its name.</summary>
    public static string Why(Room? room) => $"has {(room is null ? "a limit" : $"{room.Limit} of {Megabytes(room.Bytes)}")}, "
        + $"and the server, which may take up to {Megabytes(Most)}, needs one of {Megabytes(LeastLimit)}";

    /// <summary>Why a place is none, after its name.</summary>
    /// <param name="free">KiB that are free.</param>
    public static string WhyFull(string free)
    {
        var known = int.TryParse(free, NumberStyles.None, CultureInfo.InvariantCulture, out var kilobytes);
        return $"has {Megabytes(known ? kilobytes * 1024L : 0)} of free space, and the server may take up to {Megabytes(Most)}";
    }

    /// <summary>What can be done, by whoever owns the pod.</summary>
    public static string Hint { get; } = $"raise the limit, or mount an emptyDir of {Megabytes(LeastLimit)} or more at /tmp";

    private static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB");
}
