using System.Diagnostics;
using Sshpod.Clusters;
using Sshpod.Clusters.Objects;
using Sshpod.Settings;
using Sshpod.Targets;
using Sshpod.Terminal;

namespace Sshpod.Server;

/// <summary>
/// Finds a shell for a container that has none: one that is there from an earlier connection, or in a helper. A helper shares the
/// container's processes, so a process of the container sees the helper's files below <c>/proc</c>, and a shell there can be run in the
/// container. The server is then copied, and the helper ends, or the server runs out of it.
/// </summary>
/// <param name="cluster">How the container is reached.</param>
/// <param name="container">The container.</param>
/// <param name="settings">The user's settings.</param>
/// <param name="terms">On which terms one is added.</param>
public sealed class Helper(Cluster cluster, PodContainer container, UserSettings settings, HelperTerms terms)
{
    private const string Mirror = "kubernetes.io/config.mirror";

    // A helper may be ended by another client, which needs it no longer.
    private const int MaxLooks = 5;

    private bool _installedIsTried, _interpreterIsTried, _isAdded;
    private StagedHelper? _staged;

    // After a helper that the container could not read: for whom the next one is, and the name of that one.
    private HelperIdentity? _other;
    private string? _useless;

    /// <summary>Finds the next shell to try, by its path in the container.</summary>
    /// <param name="failure">Why the last one could not be run.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="SshpodException">There is none; the message says why, and what to do.</exception>
    public async Task<string> FindAsync(SshpodException failure, CancellationToken cancellation)
    {
        if (_staged is { } denied && failure is ShellDeniedException)
            await TurnFromAsync(denied, cancellation);
        using var progress = Progress.Begin($"looking for a shell for {container}");
        for (var attempt = 1; attempt <= MaxLooks; attempt++)
        {
            var pod = await ReadAsync(cancellation);
            var entries = HelperEntry.Of(pod, container);
            // It would fail again, unless another client has ended the helper: the node tells of that a second later.
            if (_staged is { } last && entries.Any(entry => entry.IsRunning && entry.Name == last.Name))
            {
                await Task.Delay(ServerLimits.NodePause, cancellation);
                continue;
            }
            if (!_installedIsTried && !entries.Any(entry => entry.IsRunning)
                && HelperShell.Installed(entries, container, settings) is { } installed)
            {
                _installedIsTried = true;
                return installed;
            }
            if (terms.OnlyLooks)
                throw new ShellNotFoundException(container, terms.Host);
            if (!_interpreterIsTried && !entries.Any(entry => entry.IsRunning))
            {
                _interpreterIsTried = true;
                if (await new Interpreter(cluster.Streams, container, settings).LendAsync(cancellation) is { } lent)
                    return lent;
            }
            var name = HelperEntry.Next(entries, container, _useless) ?? throw HelperException.TooMany(container);
            var isThere = entries.Any(entry => entry.Name == name);
            // Otherwise the container just has no shell, which is no failure of clean.
            if (isThere || terms.IsAllowed)
                HelperShell.RefuseWatched(container, settings);
            var identity = _other ?? HelperIdentity.Of(pod, container);
            if (!isThere)
                await AddAsync(pod, identity, name, failure, cancellation);
            _staged = await StageAsync(await WaitAsync(name, progress, cancellation), identity, cancellation);
            if (_staged is null)
            {
                // The node tells of its end a second later.
                await Task.Delay(ServerLimits.NodePause, cancellation);
                continue;
            }
            return _staged.Pid != 1 ? _staged.Shell : throw HelperException.Apart(container);
        }
        throw failure;
    }

    /// <summary>
    /// Finds a shell in place of one whose helper another client has ended meanwhile, which then does not need it any more: the server is
    /// there. While the helper runs, the failure has another reason.
    /// </summary>
    /// <param name="failure">What has failed.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>Its path; the same for a stream that has broken.</returns>
    public async Task<string> ReplaceAsync(SshpodException failure, CancellationToken cancellation)
    {
        if (_staged is not { } staged)
            throw failure;
        // The node tells of an end a second later.
        for (var looks = 0; looks < MaxLooks; looks++)
        {
            await Task.Delay(ServerLimits.NodePause, cancellation);
            if (HelperEntry.Of(await ReadAsync(cancellation), container).All(entry => !entry.IsRunning || entry.Name != staged.Name))
                return await FindAsync(new ShellNotFoundException(container, terms.Host), cancellation);
        }
        return failure is BrokenStreamException ? staged.Shell : throw failure;
    }

    /// <summary>
    /// When the server runs: ends the helper, if all was copied, and leaves word where; otherwise makes it stay.
    /// </summary>
    /// <param name="program">The server's program.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>The path of the shell from now on; null if this has lent none.</returns>
    public async Task<string?> SettleAsync(string program, CancellationToken cancellation)
    {
        if (_staged is not { } staged)
            return null;
        var copied = HelperShell.Beside(program);
        var isCopied = copied is not null && !HelperShell.IsStaged(program);
        var path = isCopied ? copied! : staged.Shell;
        // From the container, as its user: a helper that has become that user keeps no right to its files or to its main process.
        await RunAsync(container, path, !isCopied || terms.Keeps ? HelperShell.Stay(staged.Root)
            : HelperShell.End(staged.Pid, staged.Root, path), cancellation);
        return path;
    }

    /// <summary>Ends the helpers of the container.</summary>
    public async Task<EndedHelpers> EndAsync(CancellationToken cancellation)
    {
        var pod = await ReadAsync(cancellation);
        var (entries, left) = (HelperEntry.Of(pod, container), new List<string>());
        foreach (var running in entries.Where(entry => entry.IsRunning))
        {
            if (HelperShell.IsWatched(container, settings))
            {
                left.Add(Left(running, HelperException.Watched(container)));
                continue;
            }
            var staged = _staged?.Name == running.Name ? _staged
                : await StageAsync(ContainerChoice.Choose(pod, running.Name).OrThrow(), HelperIdentity.Of(pod, container), cancellation);
            // Where the runtime keeps processes apart, that number is the application's.
            if (staged is { Pid: 1 })
                left.Add(Left(running, HelperException.Apart(container)));
            // As in SettleAsync.
            else if (staged is not null)
                await RunAsync(container, staged.Shell, HelperShell.End(staged.Pid, staged.Root, "cleaned"), cancellation);
        }
        return new EndedHelpers([.. entries.Select(entry => entry.Name)], left);

        static string Left(HelperEntry running, HelperException why) => $"ephemeral container \"{running.Name}\" still runs: {why.Message}";
    }

    // Nobody knew beforehand as whom the runtime starts processes. A helper that became the user of the main process has the wrong one if
    // that has changed its user, which only root can; one that had to guess now knows it. The next helper is told, by its status too.
    private async Task TurnFromAsync(StagedHelper staged, CancellationToken cancellation)
    {
        var pod = await ReadAsync(cancellation);
        var (before, began) = (HelperIdentity.Of(pod, container), HelperIdentity.Of(pod, container with { Container = staged.Name }));
        var isHeld = (began.Uid ?? 0) == 0;
        var other = isHeld ? before with { Uid = 0, Gid = 0 } : before with { Uid = staged.Uid, Gid = staged.Gid };
        var isSame = (other.Uid, other.Gid) == (isHeld ? (staged.Uid, staged.Gid) : (began.Uid, began.Gid));
        // The container cannot do it. Where the helper has become another user, this only leaves the word, for when it ends by itself.
        await RunAsync(container with { Container = staged.Name }, "sh",
            HelperShell.End(staged.Pid, "", HelperIdentity.Message(other.Uid!.Value, other.Gid!.Value)), cancellation);
        if (before.IsKnown || _other is not null || isSame)
            throw HelperException.Unreadable(container, staged);
        (_other, _useless, _staged, _isAdded) = (other, staged.Name, null, false);
    }

    private Task<Pod> ReadAsync(CancellationToken cancellation) =>
        ContainerChoice.ReadPodAsync(cluster.Objects, container, cancellation);

    private async Task AddAsync(Pod pod, HelperIdentity identity, string name, SshpodException failure, CancellationToken cancellation)
    {
        if (pod.Metadata.Annotations?.ContainsKey(Mirror) == true)
            throw HelperException.Static(container);
        if (!terms.IsAllowed || _isAdded)
            throw failure is ShellNotFoundException ? new ShellNotFoundException(container, terms.Host) : failure;
        await new HelperAddition(cluster.Objects, container, terms.Image).AddAsync(pod, identity, name, cancellation);
        _isAdded = true;
        Log.Notice($"added ephemeral container \"{name}\" to pod \"{container.Pod}\" in namespace \"{container.Namespace}\": "
            + "its record keeps it until the pod is deleted");
    }

    private async Task<PodContainer> WaitAsync(string name, Progress progress, CancellationToken cancellation)
    {
        progress.Report($"waiting for ephemeral container \"{name}\" of pod \"{container.Pod}\"");
        var limit = settings.Wait > TimeSpan.Zero ? settings.Wait : UserSettings.UsualWait;
        for (var start = Stopwatch.GetTimestamp(); ; await Task.Delay(ServerLimits.HelperPause, cancellation))
        {
            var pod = await ReadAsync(cancellation);
            var entry = HelperEntry.Of(pod, container).FirstOrDefault(entry => entry.Name == name);
            if (entry?.IsRunning == true)
                return ContainerChoice.Choose(pod, name).OrThrow();
            if (entry?.Failed is not null)
                throw HelperException.NotStarting(entry);
            if (Stopwatch.GetElapsedTime(start) is var waited && waited > limit)
                throw HelperException.Late(container, entry, name, waited);
        }
    }

    /// <summary>Puts the bundle into a helper; null if that has ended meanwhile, which an exec may not notice.</summary>
    private async Task<StagedHelper?> StageAsync(PodContainer helper, HelperIdentity identity, CancellationToken cancellation)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var staging = new Bootstrap(cluster.Streams, helper, new ContainerShell(helper, settings), null, settings)
            .StageAsync(identity, over.Token);
        var ending = EndOfAsync(helper, over.Token);
        try
        {
            return await Task.WhenAny(staging, ending) == staging ? await staging : null;
        }
        catch (ContainerNotFoundException)
        {
            await Task.WhenAny(ending, Task.Delay(ServerLimits.Silence, cancellation));
            return null;
        }
        finally
        {
            await over.CancelAsync();
            await Task.WhenAll((Task)staging, ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task EndOfAsync(PodContainer helper, CancellationToken cancellation)
    {
        do
            await Task.Delay(ServerLimits.HelperLook, cancellation);
        while (ContainerChoice.IsRunning(await ReadAsync(cancellation), helper));
    }

    // Its failure is nobody's: a helper that is not told ends by itself.
    private async Task RunAsync(PodContainer where, string shell, string script, CancellationToken cancellation)
    {
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(ServerLimits.Silence);
            await using var exec = await cluster.Streams.ExecAsync(where, [shell, "-c", script], limit.Token);
            await exec.EndAsync(limit.Token);
        }
        catch (SshpodException e)
        {
            Log.Debug($"helper: {e.Message}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            Log.Debug("helper: no answer");
        }
    }
}
