using System.Globalization;
using Sshpod.HostNames;
using Sshpod.Terminal;

namespace Sshpod.Settings;

/// <summary>
/// The alias for a context whose name a host name cannot hold, such as the ARN of an EKS cluster or <c>kubernetes-admin@kubernetes</c>.
/// </summary>
public static class ContextAlias
{
    /// <summary>Finds the context that was probably meant, and offers an alias for it.</summary>
    /// <param name="typed">What the host name has, or what is left of it.</param>
    /// <param name="contexts">All contexts of the kubeconfig.</param>
    /// <param name="aliases">The existing aliases, read only when one is offered.</param>
    /// <returns>A hint; null if no similar context needs an alias.</returns>
    public static string? Suggest(string typed, IEnumerable<string> contexts, Func<Aliases> aliases)
    {
        var all = contexts.ToArray();
        var candidates = all.Where(context => !HostName.IsContext(context)).ToArray();
        return (candidates.FirstOrDefault(context => context.Equals(typed, StringComparison.OrdinalIgnoreCase))
            ?? candidates.FirstOrDefault(context => ShortName(context).Equals(typed, StringComparison.OrdinalIgnoreCase))
            ?? Spelling.Nearest(typed, candidates)) is { } meant ? Offer(meant, aliases(), all) : null;
    }

    /// <summary>Says how to give a context an alias.</summary>
    /// <param name="context">The context.</param>
    /// <param name="aliases">The existing aliases.</param>
    /// <param name="others">Contexts that the alias must not hide.</param>
    public static string Offer(string context, Aliases aliases, IEnumerable<string> others)
    {
        if (aliases.Contexts.FirstOrDefault(alias => alias.Value == context).Key is { } known)
            return $"it has an alias: write {HostName.Context}--{known}";
        var alias = Free(ShortName(context), aliases.Contexts.Keys.Concat(others));
        return $"{Where(aliases)} in {UserSettings.File} and write {HostName.Context}--{alias}: {Line(alias, context, aliases)}";
    }

    /// <summary>A name for a context that a host name can hold: "dev" for <c>arn:aws:eks:eu-west-1:123456789012:cluster/dev</c>.</summary>
    public static string ShortName(string context)
    {
        var end = context[(context.LastIndexOfAny(['/', '@', ':']) + 1)..];
        var name = string.Concat(end.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '-')).Trim('-');
        return name.Length > 0 ? name : "cluster";
    }

    private static string Line(string alias, string context, Aliases aliases)
    {
        // In double quotes it is one YAML string, whatever it contains.
        var entry =
            $"{alias}: \"{context.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
        return aliases.Contexts.Count > 0 ? entry
            : HasOthers(aliases) ? $"contexts: {{{entry}}}"
            : $"aliases: {{contexts: {{{entry}}}}}";
    }

    private static string Where(Aliases aliases) => aliases.Contexts.Count > 0 ? "add this line below contexts"
        : HasOthers(aliases) ? "add this line below aliases"
        : "put this line";

    private static bool HasOthers(Aliases aliases) => aliases.Namespaces.Count + aliases.Targets.Count > 0;

    private static string Free(string name, IEnumerable<string> taken) => !taken.Contains(name) ? name
        : Enumerable.Range(2, int.MaxValue - 2).Select(number => string.Create(CultureInfo.InvariantCulture, $"{name}-{number}"))
        .First(other => !taken.Contains(other));
}
