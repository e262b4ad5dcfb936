using System.Diagnostics;
using Sshpod.Clusters;
using Sshpod.Clusters.Objects;
using Sshpod.HostNames;
using Sshpod.Settings;
using Sshpod.Terminal;

namespace Sshpod.Targets;

/// <summary>Looks an address up until it is available, can no longer become available, or the time is up.</summary>
public static class Waiting
{
    /// <summary>Like <see cref="Resolution.ResolveAsync"/>, but waits for a target that is starting.</summary>
    /// <exception cref="SshpodException">There is nothing to connect to; the message says what was found.</exception>
    public static async Task<PodContainer> ResolveAsync(
        IClusterObjects cluster, PodAddress address, UserSettings settings, CancellationToken cancellation)
    {
        using var progress = Progress.Begin("waiting for the API server");
        var start = Stopwatch.GetTimestamp();
        Starting? starting = null;
        for (var pause = TargetLimits.FirstPause; ; pause = Shorter(pause * 1.5, TargetLimits.LongestPause))
        {
            try
            {
                var target = await Resolution.ResolveAsync(cluster, address, settings, cancellation);
                if (target.Found is { } container)
                    return container;
                starting = target.Starting!;
            }
            catch (NotFoundException) when (starting?.ComesAnew == true)
            {
                // The old pod is gone and its successor does not exist yet.
            }
            var (waited, limit) = (Stopwatch.GetElapsedTime(start), settings.Wait);
            // A new node takes minutes, so with no more than the usual wait we report what the scheduler says at once.
            if (waited >= limit || (starting.NeedsNode && limit <= UserSettings.UsualWait))
                throw starting.After(limit > TimeSpan.Zero ? waited : TimeSpan.Zero);
            Log.Debug($"waiting for {starting.State}");
            progress.Report($"waiting for {starting.State}");
            await Task.Delay(Shorter(pause, limit - waited), cancellation);
        }
    }

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
