using System.Text.RegularExpressions;
using Sshpod.Addressing;
using Sshpod.Terminal;

namespace Sshpod.Clusters.Kubectl;

/// <summary>What kubectl said when it failed, turned into one line for the user. Warnings and log lines around the reason are left out.</summary>
internal sealed partial class KubectlException : SshpodException
{
    private readonly string _missing;

    private KubectlException(string message, string? hint, string missing = "") : base(message, hint) => _missing = missing;

    /// <summary>Whether the API server said that the named object of one of these resources (such as <c>pods</c>) does not exist.</summary>
    public bool IsNotFound(params ReadOnlySpan<string> resources) => resources.Contains(_missing);

    /// <summary>Reads kubectl's stderr.</summary>
    /// <param name="errorText">All of it.</param>
    /// <param name="context">The context it ran in; null for the current one.</param>
    public static KubectlException From(string errorText, string? context)
    {
        var reason = Reason(errorText);
        if (NotFound().Match(reason) is { Success: true } missing)
            return new($"{missing.Groups["resource"]} \"{missing.Groups["name"]}\" not found", null, missing.Groups["resource"].Value);
        if (Forbidden().Match(reason) is { Success: true } forbidden)
            return new($"user \"{forbidden.Groups["user"]}\" may not {forbidden.Groups["verb"]} {forbidden.Groups["resource"]} {Where(forbidden.Groups["namespace"].Value)}",
                "ask an administrator of the cluster for that right");
        if (NoContext().Match(reason) is { Success: true } noContext)
            return NoSuchContext(noContext.Groups["name"].Value);
        if (Refused().Match(reason) is { Success: true } refused)
            return refused.Groups["server"].Value is "localhost:8080"
                ? new("no cluster is configured", "set KUBECONFIG or write ~/.kube/config")
                : new($"API server {refused.Groups["server"]} of {Describe(context)} refuses connections", "check that the cluster runs, and your VPN or proxy");
        if (reason.Contains("(Unauthorized)", StringComparison.Ordinal))
            return new($"the API server does not accept the credentials of {Describe(context)}", "log in to the cluster again");
        if (Unreachable().Match(reason) is { Success: true } unreachable)
            return new($"cannot reach the API server of {Describe(context)}: {unreachable.Groups["why"]}", "check the address in the kubeconfig, and your VPN or proxy");
        return new($"kubectl: {reason}", null);
    }

    private static KubectlException NoSuchContext(string name)
    {
        var meant = Kubeconfig.Read(null)?.Contexts is { } known ? Spelling.Nearest(name, known) : null;
        return new($"no context \"{name}\" in the kubeconfig", meant is null ? "kubectl config get-contexts lists them" : $"did you mean \"{meant}\"?");
    }

    /// <summary>How messages name the context.</summary>
    public static string Describe(string? context) => context is null ? "the current context" : $"context \"{context}\"";

    private static string Where(string ns) => ns.Length > 0 ? $"in namespace \"{ns}\"" : "in the cluster";

    // Warnings, klog lines ("E1123 12:00:00.000000 …") and plugins' talk may stand around it.
    private static string Reason(string errorText)
    {
        var lines = errorText.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.LastOrDefault(line => Verdict().IsMatch(line))
            ?? lines.LastOrDefault(line => !Noise().IsMatch(line))
            ?? "ended without a word";
    }

    [GeneratedRegex("^(error:|Error from server|Unable to connect to the server|The connection to the server|error: You must be logged in)", RegexOptions.IgnoreCase)]
    private static partial Regex Verdict();

    [GeneratedRegex(@"^([EWI]\d{4} |Warning:|command terminated with exit code)")]
    private static partial Regex Noise();

    [GeneratedRegex("""\(NotFound\): (?<resource>\S+) "(?<name>[^"]*)" not found""")]
    private static partial Regex NotFound();

    [GeneratedRegex("""is forbidden: User "(?<user>[^"]*)" cannot (?<verb>\w+) resource "(?<resource>[^"]*)"(.* in the namespace "(?<namespace>[^"]*)")?""")]
    private static partial Regex Forbidden();

    [GeneratedRegex("""context "(?<name>[^"]*)" does not exist|no context exists with the name: "(?<name>[^"]*)"|context was not found for specified context: (?<name>\S+)""")]
    private static partial Regex NoContext();

    [GeneratedRegex("The connection to the server (?<server>\\S+) was refused")]
    private static partial Regex Refused();

    [GeneratedRegex("Unable to connect to the server: (?<why>.*)")]
    private static partial Regex Unreachable();
}
