using Sshpod.HostNames;

namespace Sshpod.Completion;

/// <summary>
/// Completes a host name part by part: first the prefix, then the name after it. The name of a target completes to the whole host name,
/// since it is known to exist; a dot typed after it continues with the other parts.
/// </summary>
/// <param name="program">The program to complete for: after a host, scp and rsync want a colon.</param>
/// <param name="lookUp">Looks up the names of a kind; those of pods as <see cref="PodNames"/> writes them.</param>
public sealed class HostCompletion(string program, Func<NameQuery, IReadOnlyList<string>> lookUp)
{
    /// <summary>The kind for aliases of whole targets, which appear in a host name without a prefix.</summary>
    public const string Alias = "alias";

    private readonly string _end = $".{HostName.Suffix}{(program is "scp" or "rsync" ? ":" : "")}";

    /// <summary>Completes one word of a command line.</summary>
    /// <param name="word">What has been typed of it: the start of a host name, perhaps after a login name.</param>
    /// <returns>
    /// Whole words. Unfinished ones end in <c>--</c>, <c>.</c> or <c>:</c>. Empty if the word does not start like one of ours.
    /// </returns>
    public IReadOnlyList<string> Complete(string word)
    {
        var host = word[(word.LastIndexOf('@') + 1)..];
        var labels = host.Split('.');
        var parts = new Dictionary<string, string>();
        foreach (var label in labels[..^1])
            if (label.Split("--", 2) is not [var prefix, var name] || !HostName.CanHold(prefix, name) || !Remaining(parts).Contains(prefix)
                || !parts.TryAdd(prefix, name))
                return [];

        // What precedes the label that is being typed.
        var before = word[..^labels[^1].Length];
        var candidates = labels[^1].Split("--", 2) is [var kind, _]
            ? Remaining(parts).Contains(kind) ? Names(kind, parts) : []
            : [.. Remaining(parts).Select(prefix => $"{prefix}--"), .. HasTarget(parts) ? [_end[1..]] : Aliases(parts)];
        return [.. candidates.Select(candidate => before + candidate)
            .Where(candidate => candidate.StartsWith(word, StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal)];
    }

    private IEnumerable<string> Aliases(Dictionary<string, string> parts) => parts.Count > 0 ? []
        : lookUp(new NameQuery(Alias, null, null)).Where(name => HostName.CanHold(HostName.Namespace, name)).Select(name => name + _end);

    private static bool IsTarget(string prefix) => HostName.KindOf(prefix) is not null;

    private static bool HasTarget(Dictionary<string, string> parts) => parts.Keys.Any(IsTarget);

    private static IEnumerable<string> Remaining(Dictionary<string, string> parts) =>
        HostName.AllPrefixes.Where(prefix => !parts.ContainsKey(prefix) && !(IsTarget(prefix) && HasTarget(parts)));

    private IEnumerable<string> Names(string kind, Dictionary<string, string> parts)
    {
        var pod = HostName.Prefix(TargetKind.Pod);
        var (ns, context) = (parts.GetValueOrDefault(HostName.Namespace), parts.GetValueOrDefault(HostName.Context));
        var rows = kind switch
        {
            HostName.Namespace => Plain(new NameQuery(kind, null, context)),
            HostName.Context => Plain(new NameQuery(kind, null, null)),
            HostName.Container when parts.TryGetValue(pod, out var name) => Pods().Where(row => row.Pod == name)
                .Select(row => row.Container),
            HostName.Container => HasTarget(parts) ? [] : Pods().Select(row => row.Container),
            _ when kind == pod => PodsWithContainer(),
            _ => Plain(new NameQuery(kind, ns, context)),
        };
        // Without a target the host name is not finished.
        var end = IsTarget(kind) || HasTarget(parts) ? _end : ".";
        return rows.Select(row => $"{kind}--{row}{end}");

        // Names that a host name cannot hold are left out; the characters it can hold are not special to any shell.
        IEnumerable<string> Plain(NameQuery query) => lookUp(query).Where(name => HostName.CanHold(query.Kind, name));

        IEnumerable<PodNames> Pods() => lookUp(new NameQuery(pod, ns, context)).Select(PodNames.Parse).OfType<PodNames>();

        IEnumerable<string> PodsWithContainer()
        {
            if (parts.TryGetValue(HostName.Container, out var container))
                return Pods().Where(row => row.Container == container).Select(row => row.Pod);
            // If a pod's container must be named, name it.
            return Pods().GroupBy(row => row.Pod).SelectMany(rows => rows.Any(row => row.IsDefault)
                ? [rows.Key]
                : rows.Select(row => $"{row.Pod}.{HostName.Container}--{row.Container}"));
        }
    }
}
