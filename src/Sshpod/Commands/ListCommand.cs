using System.CommandLine;
using System.CommandLine.Completions;
using System.Text.Json;
using Sshpod.Clusters;
using Sshpod.Clusters.Objects;
using Sshpod.Clusters.Transports;
using Sshpod.Completion;
using Sshpod.HostNames;
using Sshpod.Listing;
using Sshpod.Terminal;

namespace Sshpod.Commands;

/// <summary><c>sshpod list</c>: the host names of running containers.</summary>
public static class ListCommand
{
    private const string Wide = "wide", Name = "name", Json = "json";

    /// <summary>Describes the command.</summary>
    public static Command Create()
    {
        var ns = new Option<string?>("--namespace",
            "-n")
        { Description = "namespace (default: the one set on the context)", HelpName = "NAME" };
        var everywhere = new Option<bool>("--all-namespaces", "-A") { Description = "every namespace" };
        var context = new Option<string?>("--context")
        {
            Description = "context of the kubeconfig (default: the current one)",
            HelpName = "NAME"
        };
        var output = new Option<string?>("--output", "-o")
        {
            Description = "more columns, only host names, or everything, for programs",
            HelpName = $"{Wide}|{Name}|{Json}"
        };
        ns.CompletionSources.Add(completion => Names(new NameQuery(HostName.Namespace, null, completion.ParseResult.GetValue(context))));
        context.CompletionSources.Add(_ => Names(new NameQuery(HostName.Context, null, null)));
        output.AcceptOnlyFromAmong(Wide, Name, Json);
        var command = new Command("list", "List the host names of running containers.") { ns, everywhere, context, output };
        command.Validators.Add(result =>
        {
            if (result.GetValue(everywhere) && result.GetValue(ns) is not null)
                result.AddError("list takes --namespace or --all-namespaces, not both.");
        });
        command.SetAction((arguments, cancellation) => RunAsync(
            arguments.GetValue(context), new PodScope(arguments.GetValue(ns), arguments.GetValue(everywhere)),
            arguments.GetValue(output), cancellation));
        return command;
    }

    private static IEnumerable<CompletionItem> Names(NameQuery query) =>
        NameCache.LookUp(query, Snapshot.Take()).Select(name => new CompletionItem(name));

    private static async Task<int> RunAsync(string? context, PodScope scope, string? output, CancellationToken cancellation)
    {
        var snapshot = Snapshot.Take();
        var realName = context is null ? null : snapshot.Settings.Aliases.Contexts.GetValueOrDefault(context, context);
        var containers = await ContainerListing.ReadAsync(Transport.Choose(snapshot, realName).Objects, scope, snapshot, cancellation);
        if (containers.Count == 0 && output != Json)
            Log.Notice($"no running containers{Place(scope)}");
        else
            await StandardOutput.WriteAsync(output switch
            {
                Json => JsonSerializer.Serialize(containers, ListJson.Default.IReadOnlyListListedContainer) + "\n",
                Name => Names(containers),
                _ => Table(containers, isWide: output == Wide),
            }, cancellation);
        return 0;
    }

    private static string Names(IReadOnlyList<ListedContainer> containers)
    {
        var hosts = containers.Select(container => container.Host).OfType<string>().ToArray();
        if (hosts.Length < containers.Count)
            Log.Notice($"left out {containers.Count - hosts.Length} of {containers.Count} containers: a host name cannot hold their names");
        return Columns.Plain(hosts.Select(host => new[] { host }));
    }

    private static string Table(IReadOnlyList<ListedContainer> containers, bool isWide)
    {
        var now = DateTimeOffset.UtcNow;
        Column[] columns = [new("HOST"), new("WORKLOAD", CanBeCut: true), new("NODE", CanBeCut: true), new("AGE"), new("SERVER"),
            .. isWide ? [new("CONTAINER"), new("IMAGE")] : Array.Empty<Column>()];
        IReadOnlyList<string>[] rows = [.. containers.Select(Row)];
        return StandardOutput.TerminalWidth is { } width ? Columns.Table(columns, rows, isWide ? null : width) : Columns.Plain(rows);

        string[] Row(ListedContainer container) =>
        [
            // A host name cannot contain a slash: if this is pasted, ssh says that there is no such host.
            container.Host ?? $"(none)/{container.Namespace}/{container.Pod}/{container.Container}",
            container.Workload?.ToString() ?? "-",
            container.Node ?? "-",
            container.Created is { } created ? Age.Format(now - created) : "-",
            (container.ServerIsInstalled, container.HasShell) switch
            {
                (true, false) => "installed, no sh",
                (true, _) => "installed",
                (_, false) => "no sh",
                _ => "-",
            },
            .. isWide ? [container.Container, container.Image ?? "-"] : Array.Empty<string>(),
        ];
    }

    private static string Place(PodScope scope) => scope.IsEverywhere ? ""
        : scope.Namespace is { } ns ? $" in namespace \"{ns}\""
        : " in the namespace of the context";
}
