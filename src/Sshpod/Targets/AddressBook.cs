using Sshpod.Clusters.Kubeconfigs;
using Sshpod.HostNames;
using Sshpod.Settings;
using Sshpod.Terminal;

namespace Sshpod.Targets;

/// <summary>
/// Resolves what ssh was given to an address: a host name in the grammar of <see cref="HostName"/>, with the user's aliases expanded. A
/// part without <c>--</c> is the alias of a target; other parts, such as <c>container--NAME</c>, override those of the alias.
/// </summary>
/// <param name="aliases">The user's aliases. Each is looked up once: it expands to a real name.</param>
/// <param name="kubeconfig">Supplies the existing contexts for error messages.</param>
public sealed class AddressBook(Aliases aliases, KubeconfigFiles kubeconfig)
{
    private const string Dashes = "--";

    /// <summary>Finds the address.</summary>
    /// <param name="host">What ssh was given (its <c>%n</c>).</param>
    /// <param name="user">The login name (<c>%r</c>), which gets the start of a host name that contains an @; for messages.</param>
    /// <exception cref="SshpodException">The host name is neither in the grammar nor an alias; the message names the bad part.</exception>
    public PodAddress Find(string host, string? user = null)
    {
        PodAddress address;
        try
        {
            address = FindReal(host, user);
        }
        catch (UnwritableContextException e)
        {
            throw new SshpodException(e.Message, ContextAlias.Offer(e.Context, aliases, []));
        }
        return address with
        {
            Namespace = address.Namespace is { } ns ? aliases.Namespaces.GetValueOrDefault(ns, ns) : null,
            Context = address.Context is { } context ? aliases.Contexts.GetValueOrDefault(context, context) : null,
        };
    }

    private PodAddress FindReal(string host, string? user)
    {
        var labels = HostName.Labels(host);
        return labels.Where(IsAlias).ToArray() is [{ Length: > 0 } name] && !labels.Any(IsTarget)
            ? FindTarget(name, labels.Where(label => !IsAlias(label)), host, user)
            : ParseOrSuggest(host, labels);
    }

    private PodAddress FindTarget(string name, IEnumerable<string> labels, string host, string? user)
    {
        if (!aliases.Targets.TryGetValue(name, out var target))
            throw NoAlias(name, host, user);
        var parts = HostName.ParseParts(labels, host);
        return target with
        {
            Container = parts.GetValueOrDefault(HostName.Container, target.Container!),
            Namespace = parts.GetValueOrDefault(HostName.Namespace, target.Namespace!),
            Context = parts.GetValueOrDefault(HostName.Context, target.Context!),
        };
    }

    /// <summary>A kubeconfig name that contains a dot looks like several parts.</summary>
    private PodAddress ParseOrSuggest(string host, string[] labels)
    {
        try
        {
            return HostName.Parse(host);
        }
        catch (SshpodException e) when (CutContext(labels) is { } context && SuggestContext(context) is { } hint)
        {
            throw new SshpodException(e.Message, hint);
        }
    }

    private SshpodException NoAlias(string name, string host, string? user)
    {
        var labels = HostName.Labels(host);
        // "root@pod--x.context--admin@cluster.sshpod": ssh takes everything before the last @ as the login name.
        var context = user?.LastIndexOf($"{HostName.Context}{Dashes}", StringComparison.OrdinalIgnoreCase) is { } start and >= 0
            ? $"{user[(start + HostName.Context.Length + Dashes.Length)..]}@{string.Join('.', labels)}" : CutContext(labels);
        return new SshpodException($"part \"{name}\" of host name \"{host}\" has no \"{Dashes}\" and is not an alias",
            (context is null ? null : SuggestContext(context))
            ?? (Spelling.Nearest(name.ToLowerInvariant(), aliases.Targets.Keys) is { } meant ? $"did you mean \"{meant}\"?"
                : $"write it as PREFIX--NAME, as in {HostName.Example}, or add it under aliases.targets in {UserSettings.File}"));
    }

    /// <summary>Everything after <c>context--</c>, if it spans more than one part.</summary>
    private static string? CutContext(string[] labels) =>
        Array.FindIndex(labels, label => label.StartsWith($"{HostName.Context}{Dashes}", StringComparison.OrdinalIgnoreCase)) is var index
        and >= 0 && index < labels.Length - 1
            ? string.Join('.', labels[index..])[(HostName.Context.Length + Dashes.Length)..] : null;

    private string? SuggestContext(string context) => ContextAlias.Suggest(context, kubeconfig.Contexts, () => aliases);

    private static bool IsAlias(string label) => !label.Contains(Dashes, StringComparison.Ordinal);

    private static bool IsTarget(string label) =>
        label.Split(Dashes, 2) is [var prefix, _] && HostName.KindOf(prefix.ToLowerInvariant()) is not null;
}
