using System.Diagnostics;
using Sshpod.Clusters;
using Sshpod.Clusters.Objects;
using Sshpod.HostNames;
using Sshpod.Settings;
using Sshpod.Terminal;

namespace Sshpod.Targets;

/// <summary>Looks an address up until it is there, or cannot come, or the time is over.</summary>
public static class Waiting
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200), LongestPause = TimeSpan.FromSeconds(2);

    /// <summary>As <see cref="Resolution.ResolveAsync"/>, but what is starting is waited for.</summary>
    /// <exception cref="SshpodException">Nothing there to connect to; the message says what is.</exception>
    public static async Task<PodContainer> ResolveAsync(
        IClusterObjects cluster, PodAddress address, UserSettings settings, CancellationToken cancellation)
    {
        using var progress = Progress.Begin("waiting for the API server");
        var start = Stopwatch.GetTimestamp();
        StartingException? starting = null;
        for (var pause = FirstPause; ; pause = Shorter(pause * 1.5, LongestPause))
        {
            try
            {
                return await Resolution.ResolveAsync(cluster, address, settings, cancellation);
            }
            catch (StartingException e)
            {
                starting = e;
            }
            catch (NotFoundException) when (starting?.ComesAnew == true)
            {
                // Between the two.
            }
            var (waited, limit) = (Stopwatch.GetElapsedTime(start), settings.Wait);
            // A node takes minutes to come: who waits for no longer than usual gets the scheduler's word at once.
            if (waited >= limit || (starting.NeedsNode && limit <= UserSettings.UsualWait))
                throw starting.After(waited);
            Log.Debug($"waiting for {starting.State}");
            progress.Report($"waiting for {starting.State}");
            await Task.Delay(Shorter(pause, limit - waited), cancellation);
        }
    }

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
