using System.Diagnostics;
using Sshpod.Clusters;
using Sshpod.HostNames;
using Sshpod.Machine;
using Sshpod.Terminal;

namespace Sshpod.Completion;

/// <summary>
/// Names of the cluster's objects, as of a moment ago. Completion never waits for the cluster itself: another process asks it in the
/// background and leaves the answer in a file.
/// </summary>
public static class NameCache
{
    /// <summary>Returns the names, or those of a while ago, or none.</summary>
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
        // The time of a missing file is in 1601. A time in the future proves nothing.
        var age = (DateTime.UtcNow - written).Duration();
        if (age > CompletionLimits.Fresh)
            StartRefresh(query);
        for (var start = Stopwatch.GetTimestamp(); age > CompletionLimits.Usable
            && Stopwatch.GetElapsedTime(start) < CompletionLimits.Patience && File.GetLastWriteTimeUtc(file) == written;)
            Thread.Sleep(CompletionLimits.Pause);
        return Read(file);
    }

    /// <summary>Asks the cluster, unless another process is doing so, and stores the answer.</summary>
    public static async Task RefreshAsync(NameQuery query, Snapshot snapshot, CancellationToken cancellation)
    {
        // Away from the terminal: a TAB must not make a credential plugin prompt, and closing the window must not stop us halfway.
        ProcessSession.Leave();
        var file = query.File(snapshot);
        ClientDirectory.Create(NameQuery.Directory);
        await using var lockFile = LockFile.TakeOrNull(file + ".lock");
        if (lockFile is null || (DateTime.UtcNow - File.GetLastWriteTimeUtc(file)).Duration() < CompletionLimits.Fresh)
            return;
        IReadOnlyList<string> names = Read(file);
        try
        {
            names = await NameSource.AskAsync(query, snapshot, cancellation);
        }
        catch (Exception e) when (e is SshpodException or OperationCanceledException)
        {
            // Keep the old names as long as new ones, so that an unreachable cluster is not asked at every keystroke.
            Log.Debug($"completion: {e.Message}");
        }
        ClientDirectory.Replace(file, string.Concat(names.Select(name => $"{name}\n")));
        foreach (var old in new DirectoryInfo(NameQuery.Directory).GetFiles()
            .Where(old => old.LastWriteTimeUtc < DateTime.UtcNow - CompletionLimits.Forgotten))
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
