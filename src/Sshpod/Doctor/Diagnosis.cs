using System.Diagnostics;
using Sshpod.Clusters;
using Sshpod.Clusters.Objects;
using Sshpod.Clusters.Transports;
using Sshpod.Connections;
using Sshpod.HostNames;
using Sshpod.Server;
using Sshpod.Settings;
using Sshpod.Targets;

namespace Sshpod.Doctor;

/// <summary>Every hop from ssh to the server in the container, in the order of a connection.</summary>
/// <param name="walk">Runs the checks.</param>
/// <param name="snapshot">What the user has set up.</param>
/// <param name="destination">What ssh would be given, <c>[USER@]HOST</c>; null for the hops that all hosts share.</param>
/// <param name="sshConfig">An ssh configuration other than the user's own; null for the user's.</param>
/// <param name="connect">Whether to connect, rather than only look.</param>
internal sealed class Diagnosis(Walk walk, Snapshot snapshot, string? destination, string? sshConfig, bool connect)
{
    // Any name will do to see what ssh does for *.sshpod.
    private const string AnyHost = "pod--doctor.sshpod";

    private readonly string? _host = destination?[(destination.LastIndexOf('@') + 1)..];
    private readonly string[] _sshOptions = sshConfig is null ? [] : ["-F", sshConfig];

    /// <summary>Walks all hops.</summary>
    public async Task RunAsync()
    {
        var ssh = await walk.CheckAsync("ssh", Who.You, [], SshClientCheck.RunAsync);
        var settings = await walk.CheckAsync("settings", Who.You, [], ReadSettings);
        var client = await ClientAsync(ssh, settings);
        var address = _host is null ? null : await walk.CheckAsync("host-name", Who.You, [settings], ParseHost);
        var cluster = await ClusterAsync(settings, address?.Found);
        if (address is null)
            return;
        var container = await ContainerAsync(address, cluster);
        if (connect)
            await ConnectAsync(client, cluster, container);
    }

    private async Task<Client> ClientAsync(Finding<string> ssh, Finding settings)
    {
        var configuration = await walk.CheckAsync("configuration", Who.You, [ssh, settings],
            cancellation => SshConfigurationCheck.RunAsync(ssh.Value, _sshOptions, _host ?? AnyHost, snapshot.Settings.ClientIdentity,
                cancellation));
        var key = await walk.CheckAsync("key", Who.You, [settings], cancellation => KeyCheck.RunAsync(snapshot.Settings, cancellation));
        return new Client(ssh, configuration, key);
    }

    private async Task<Cluster> ClusterAsync(Finding settings, PodAddress? address)
    {
        var files = await walk.CheckAsync("kubeconfig", Who.You, [], () => KubeconfigCheck.Run(snapshot.Kubeconfig));
        var context = await walk.CheckAsync("context", Who.You, [files, settings],
            () => ContextCheck.Run(files.Value, snapshot, address?.Context));
        var transport = await walk.CheckAsync("transport", Who.You, [context], () => TransportCheck.Run(snapshot, address?.Context));
        var credentials = await walk.CheckAsync("credentials", Who.You, [transport],
            cancellation => CredentialsCheck.RunAsync(transport.Value.Cluster.Objects, snapshot, address?.Context, cancellation));
        var proxy = await walk.CheckAsync("proxy", Who.You, [context], cancellation => ProxyCheck.RunAsync(context.Value, cancellation));
        var server = await walk.CheckAsync("api-server", Who.You, [transport, credentials, proxy],
            cancellation => AskVersionAsync(transport.Value.Cluster.Objects, cancellation));

        RightsCheck Rights() => new(transport.Value, address?.Namespace ?? context.Value.Namespace, snapshot.Settings, server.Value);
        var pod = address?.Kind == TargetKind.Pod ? address.Target : null;
        var pods = await walk.CheckAsync("rights-pods", Who.Administrator, [server], cancellation => Rights()
            .FindAsync(address, cancellation));
        var exec = await walk.CheckAsync("rights-exec", Who.Administrator, [server], cancellation => Rights()
            .StreamAsync("exec", pod, cancellation));
        var forward = await walk.CheckAsync("rights-port-forward", Who.Administrator, [server], cancellation => Rights()
            .StreamAsync("portforward", pod, cancellation));
        return new Cluster(transport, pods, exec, forward);
    }

    private async Task<Container> ContainerAsync(Finding<PodAddress> address, Cluster cluster)
    {
        var pod = await walk.CheckAsync("target", Who.PodOwner, [address, cluster.MayFind],
            cancellation => FindAsync(cluster.Transport.Value.Cluster.Objects, address.Value, cancellation));
        var chosen = await walk.CheckAsync("container", pod.Found is { } found && AllRun(found) ? Who.You : Who.PodOwner, [pod],
            () => Choose(pod.Value, address.Value));
        var shell = new Lazy<ContainerShell>(() => new ContainerShell(
            chosen.Value, snapshot.Settings, RememberedServers.ShellOf(chosen.Value)));
        var stream = await walk.CheckAsync("websocket", Who.You, [chosen, cluster.MayExec],
            cancellation => StreamCheck.RunAsync(cluster.Transport.Value, chosen.Value, shell.Value, cancellation));
        await using var attempt = stream.Found;
        ContainerChecks Checks() => new(chosen.Value, shell.Value);
        var examination = await walk.CheckAsync("shell", Who.You, [stream],
            cancellation => Checks().ShellAsync(stream.Value, cluster.Transport.Value.Cluster, snapshot.Settings,
                HelperTerms.Of(snapshot.Settings, address.Value, _host!), cancellation), DoctorLimits.Shell);
        var architecture = await walk.CheckAsync("architecture", Who.PodOwner, [examination], () => Checks()
            .Architecture(examination.Value));
        var directory = await walk.CheckAsync("directory", Who.PodOwner, [examination], () => Checks().Directory(examination.Value));
        await walk.CheckAsync("server", Who.PodOwner, [examination, architecture, directory],
            () => ContainerChecks.Server(examination.Value));
        return new Container(chosen, shell, examination, architecture, directory);
    }

    private async Task ConnectAsync(Client client, Cluster cluster, Container container)
    {
        ConnectionChecks Checks() => new(cluster.Transport.Value.Cluster, container.Chosen.Value, container.Shell.Value, _host!, snapshot);
        var start = await walk.CheckAsync("start", Who.PodOwner,
            [client.Key, cluster.MayForward, container.Examination, container.Architecture, container.Directory],
            cancellation => Checks().StartAsync(container.Examination.Value, cancellation), DoctorLimits.Start);
        var forward = await walk.CheckAsync("port-forward", Who.Administrator, [start, cluster.MayForward],
            cancellation => Checks().PortForwardAsync(start.Value, cancellation));
        var exec = await walk.CheckAsync("exec", Who.Administrator, [start], cancellation => Checks()
            .ExecAsync(isNeeded: forward.Found is null, cancellation));
        var tunnel = forward.Found is null ? exec : forward;
        var banner = await walk.CheckAsync("banner", Who.PodOwner, [tunnel], () => ConnectionChecks.Banner(tunnel.Value));
        await walk.CheckAsync("login", Who.You, [client.Ssh, client.Configuration, banner],
            cancellation => LoginCheck.RunAsync(client.Ssh.Value, _sshOptions, destination!, cancellation), DoctorLimits.Login);
    }

    private Finding<UserSettings> ReadSettings()
    {
        var names = snapshot.Settings.Aliases;
        if (!File.Exists(UserSettings.File))
            return Finding.Ok(snapshot.Settings, $"none: {UserSettings.File} does not exist");
        var aliases = names.Contexts.Count + names.Namespaces.Count + names.Targets.Count;
        return Finding.Ok(snapshot.Settings, $"{UserSettings.File}, with {aliases} {(aliases == 1 ? "alias" : "aliases")}");
    }

    private Finding<PodAddress> ParseHost()
    {
        var address = new AddressBook(snapshot.Settings.Aliases, snapshot.Kubeconfig).Find(
            _host!, _host == destination ? null : destination![..^(_host!.Length + 1)]);
        return Finding.Ok(address, $"{address}");
    }

    private static async Task<Finding<string>> AskVersionAsync(IClusterObjects cluster, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        var version = await cluster.GetVersionAsync(cancellation);
        return Finding.Ok(version, $"Kubernetes {version}, answers in {Stopwatch.GetElapsedTime(start).TotalMilliseconds:0} ms");
    }

    private static async Task<Finding<Pod>> FindAsync(IClusterObjects cluster, PodAddress address, CancellationToken cancellation)
    {
        var pod = (await Resolution.FindPodAsync(cluster, address, cancellation)).OrThrow();
        var found = $"pod \"{pod.Metadata.Name}\" in namespace \"{pod.Metadata.Namespace}\"";
        return Finding.Ok(pod, address.Kind == TargetKind.Pod ? found : $"{HostName.Prefix(address.Kind)} \"{address.Target}\": {found}");
    }

    // If they do, it is the host name that has to change.
    private static bool AllRun(Pod pod) => (pod.Status.ContainerStatuses ?? []).All(status => status.State?.Running is not null);

    private Finding<PodContainer> Choose(Pod pod, PodAddress address)
    {
        var container = Resolution.ChooseContainer(pod, address, snapshot.Settings).OrThrow();
        return Finding.Ok(
            container, $"\"{container.Container}\" runs{(container.PodIsRunning ? "" : $", though the pod is {pod.Status.Phase}")}");
    }

    private sealed record Client(Finding<string> Ssh, Finding Configuration, Finding Key);

    private sealed record Cluster(Finding<ChosenTransport> Transport, Finding MayFind, Finding MayExec, Finding MayForward);

    private sealed record Container(Finding<PodContainer> Chosen, Lazy<ContainerShell> Shell, Finding<Examination> Examination,
        Finding Architecture, Finding Directory);
}
