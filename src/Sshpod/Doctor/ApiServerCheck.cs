using System.Diagnostics;
using Sshpod.Clusters;

namespace Sshpod.Doctor;

/// <summary>The API server: that it answers and accepts our credentials, and which version of Kubernetes it runs.</summary>
internal static class ApiServerCheck
{
    /// <summary>Asks for its version.</summary>
    public static async Task<Finding<string>> RunAsync(IClusterObjects cluster, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        var version = await cluster.GetVersionAsync(cancellation);
        return Finding.Ok(version, $"Kubernetes {version}, answers in {Stopwatch.GetElapsedTime(start).TotalMilliseconds:0} ms");
    }
}
