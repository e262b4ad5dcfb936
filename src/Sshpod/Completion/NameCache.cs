using System.Diagnostics;
using System.Text;
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
    // A list equals no other, so each answer is written, and has its time.
    private static readonly CacheFolder<IReadOnlyList<string>> Folder = new("completion", CompletionLimits.Forgotten,
        names => Encoding.UTF8.GetBytes(string.Concat(names.Select(name => $"{name}\n"))),
        content => Encoding.UTF8.GetString(content).Split('\n', StringSplitOptions.RemoveEmptyEntries));

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
        var file = Folder.About(query.About(snapshot));
        var (written, age) = (file.Written, file.Age);
        if (age > CompletionLimits.Fresh)
            StartRefresh(query);
        for (var start = Stopwatch.GetTimestamp(); age > CompletionLimits.Usable
            && Stopwatch.GetElapsedTime(start) < CompletionLimits.Patience && file.Written == written;)
            Thread.Sleep(CompletionLimits.Pause);
        return file.Read() ?? [];
    }

    /// <summary>Asks the cluster, unless another process is doing so, and stores the answer.</summary>
    public static async Task RefreshAsync(NameQuery query, Snapshot snapshot, CancellationToken cancellation)
    {
        // Away from the terminal: a TAB must not make a credential plugin prompt, and closing the window must not stop us halfway.
        ProcessSession.Leave();
        var file = Folder.About(query.About(snapshot));
        await using var writing = file.TakeOrNull();
        if (writing is null || file.Age < CompletionLimits.Fresh)
            return;
        var names = file.Read() ?? [];
        try
        {
            names = await NameSource.AskAsync(query, snapshot, cancellation);
        }
        catch (Exception e) when (e is SshpodException or OperationCanceledException)
        {
            // Keep the old names as long as new ones, so that an unreachable cluster is not asked at every keystroke.
            Log.Debug($"completion: {e.Message}");
        }
        file.Write(names);
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
}
