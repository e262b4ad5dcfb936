using System.Diagnostics;
using Sshpod.Clusters;
using Sshpod.HostNames;
using Sshpod.Machine;
using Sshpod.Terminal;

namespace Sshpod.Completion;

/// <summary>
/// Names of the cluster's objects, as of a moment ago. Whoever completes never waits for the cluster: another process asks it, in the
/// background, and leaves the answer in a file.
/// </summary>
public static class NameCache
{
    /// <summary>Younger than this, an answer is not asked for again.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    /// <summary>Younger than this, it is given at once, and asked for again for the next time.</summary>
    private static readonly TimeSpan Usable = TimeSpan.FromSeconds(60);

    /// <summary>How long the user waits where there is no usable one. With all else it stays below 300 ms.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(150), Pause = TimeSpan.FromMilliseconds(5);

    private static readonly TimeSpan Forgotten = TimeSpan.FromDays(1);

    /// <summary>Tells the names, or those that were there a while ago, or none.</summary>
    public static IReadOnlyList<string> LookUp(NameQuery query, Snapshot snapshot)
    {
        var aliases = snapshot.Settings.Aliases;
        if (query.Kind == HostName.Context)
            return [.. snapshot.Kubeconfig.Contexts, .. aliases.Contexts.Keys];
        if (query.Kind == HostCompletion.Alias)
            return [.. aliases.Targets.Keys];
        query = query with
        {
            Namespace = query.Namespace is { } ns ? aliases.Namespaces.GetValueOrDefault(ns, ns) : null,
            Context = query.Context is { } context ? aliases.Contexts.GetValueOrDefault(context, context) : null,
        };
        var file = query.File(snapshot);
        var written = File.GetLastWriteTimeUtc(file);
        // A file that is not there was written in 1601. One from the future tells nothing.
        var age = (DateTime.UtcNow - written).Duration();
        if (age > Fresh)
            StartRefresh(query);
        for (var start = Stopwatch.GetTimestamp(); age > Usable && Stopwatch.GetElapsedTime(start) < Patience
            && File.GetLastWriteTimeUtc(file) == written;)
            Thread.Sleep(Pause);
        return Read(file);
    }

    /// <summary>Asks the cluster, unless another process does, and writes the answer down.</summary>
    public static async Task RefreshAsync(NameQuery query, Snapshot snapshot, CancellationToken cancellation)
    {
        // Away from the terminal: a TAB never makes a credential plugin ask there, and closing the window does not end us half way.
        ProcessSession.Leave();
        var file = query.File(snapshot);
        ClientDirectory.Create(NameQuery.Directory);
        await using var lockFile = LockFile.TakeOrNull(file + ".lock");
        if (lockFile is null || (DateTime.UtcNow - File.GetLastWriteTimeUtc(file)).Duration() < Fresh)
            return;
        IReadOnlyList<string> names = Read(file);
        try
        {
            names = await NameSource.AskAsync(query, snapshot, cancellation);
        }
        catch (Exception e) when (e is SshpodException or OperationCanceledException)
        {
            // The old ones stay for as long as new ones would: a cluster that is away is not asked at every key.
            Log.Debug($"completion: {e.Message}");
        }
        ClientDirectory.Replace(file, string.Concat(names.Select(name => $"{name}\n")));
        foreach (var old in new DirectoryInfo(NameQuery.Directory).GetFiles()
            .Where(old => old.LastWriteTimeUtc < DateTime.UtcNow - Forgotten))
            old.Delete();
    }

    private static void StartRefresh(NameQuery query)
    {
        try
        {
            ChildProcess.StartDetached(Environment.ProcessPath!, query.RefreshArguments);
        }
        catch (CannotRunException e)
        {
            Log.Debug($"completion: {e.Message}");
        }
    }

    private static string[] Read(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
