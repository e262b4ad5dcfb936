using System.CommandLine;
using Sshpod.Clusters;
using Sshpod.Clusters.Objects;
using Sshpod.Clusters.Transports;
using Sshpod.Connections;
using Sshpod.Server;
using Sshpod.Targets;
using Sshpod.Terminal;

namespace Sshpod.Commands;

/// <summary><c>sshpod clean</c>: ends servers and removes every trace of them.</summary>
public static class CleanCommand
{
    /// <summary>Describes the command.</summary>
    public static Command Create()
    {
        var host = new Argument<string?>("HOST") { Description = "host name of a container", Arity = ArgumentArity.ZeroOrOne };
        var all = new Option<bool>("--all") { Description = "every container that you have connected to and that still exists" };
        var command = new Command("clean", "End the server in a container with its sessions, and remove every trace of it.") { host, all };
        command.Validators.Add(result =>
        {
            if (result.GetValue(all) == (result.GetValue(host) is not null))
                result.AddError("clean needs a host name or --all.");
        });
        command.SetAction((arguments, cancellation) => arguments.GetValue(host) is { } name
            ? CleanAsync(name, Snapshot.Take(), cancellation)
            : CleanAllAsync(cancellation));
        return command;
    }

    private static async Task<int> CleanAsync(string host, Snapshot snapshot, CancellationToken cancellation)
    {
        var address = new AddressBook(snapshot.Settings.Aliases, snapshot.Kubeconfig).Find(host);
        var cluster = Transport.Choose(snapshot, address.Context);
        var container = await Resolution.ResolveAsync(cluster.Objects, address, snapshot.Settings, cancellation);
        await CleanAsync(cluster, container.OrThrow(), host, snapshot, cancellation);
        return 0;
    }

    private static async Task CleanAsync(
        Cluster cluster, PodContainer container, string? host, Snapshot snapshot, CancellationToken cancellation)
    {
        var shell = new ContainerShell(container, snapshot.Settings, RememberedServers.ShellOf(container));
        var helper = new Helper(cluster, container, snapshot.Settings, new HelperTerms(false, snapshot.Settings.EphemeralImage, host));
        Cleaned found;
        try
        {
            found = await Cleaning.RunAsync(cluster.Streams, container, shell, helper, cancellation);
        }
        catch (ShellNotFoundException)
        {
            // Without a shell of its own, and without one of ours, it has no server of ours either.
            Forget(container);
            Log.Notice($"nothing to clean in {container}: it has no shell, and none of sshpod's");
            return;
        }
        Forget(container);
        // We do not run a program that we do not know, not even to end it.
        var left = found.Left.Count > 0
            ? $"; {string.Join(", ", found.Left)} belongs to another version of sshpod: its server exits when it is idle. To end it now, "
            + $"connect once and clean again" : "";
        // A container with a shell of its own has none.
        var helpers = shell.Lent is null ? new EndedHelpers([], []) : await helper.EndAsync(cancellation);
        var names = string.Join(", ", helpers.Kept.Select(name => $"ephemeral container \"{name}\""));
        var kept = helpers.Kept.Count > 0 ? $"; the pod's record keeps {names}" : "";
        Log.Notice((found.Removed > 0 ? $"cleaned {container}" : $"nothing to clean in {container}") + left
            + string.Concat(helpers.Left.Select(running => $"; {running}")) + kept);
    }

    /// <summary>If one container cannot be cleaned, the others still are.</summary>
    private static async Task<int> CleanAllAsync(CancellationToken cancellation)
    {
        var failures = 0;
        foreach (var used in RememberedServers.List().DistinctBy(server => (server.Context, server.Container)))
        {
            try
            {
                // A snapshot for each: credentials in the kubeconfig may be replaced while the others are cleaned.
                var snapshot = Snapshot.Take();
                var cluster = Transport.Choose(snapshot, used.Context);
                if (await FindAsync(cluster.Objects, used.Container, cancellation) is { } found)
                    await CleanAsync(cluster, found, null, snapshot, cancellation);
                else
                    Forget(used.Container);
            }
            catch (SshpodException e)
            {
                Log.Error(e);
                failures++;
            }
        }
        return failures == 0 ? 0 : 1;
    }

    private static void Forget(PodContainer container)
    {
        RememberedServers.Remove(container);
        PausedConnections.Forget(container.ContainerId);
    }

    /// <summary>Finds a remembered container again, as its pod is now: others may have come to share its places since.</summary>
    /// <returns>Null if it does not run any more.</returns>
    internal static async Task<PodContainer?> FindAsync(IClusterObjects cluster, PodContainer container, CancellationToken cancellation)
    {
        try
        {
            var pod = await cluster.GetAsync(Resources.Pods, container.Namespace, container.Pod, cancellation);
            return ContainerChoice.IsRunning(pod, container) ? ContainerChoice.Choose(pod, container.Container).OrThrow() : null;
        }
        catch (NotFoundException)
        {
            return null;
        }
    }
}
