using System.Net.Sockets;
using System.Text.RegularExpressions;
using Sshpod.Clusters.Kubeconfigs;
using Sshpod.Clusters.Objects;
using Sshpod.HostNames;
using Sshpod.Settings;
using Sshpod.Terminal;

namespace Sshpod.Clusters;

/// <summary>A failure reported by the cluster or by kubectl, as one line for the user. The wording for both transports is here.</summary>
/// <param name="message">What is wrong.</param>
/// <param name="hint">What to do about it.</param>
/// <param name="missing">The resource, such as <c>pods</c>, whose named object does not exist.</param>
internal partial class ClusterException(string message, string? hint, string missing = "") : SshpodException(message, hint)
{
    // Of what a row of the screen has room for.
    private const int LongestBrief = 40;

    /// <summary>How long a busy API server wants to be left alone; null if it did not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the API server said that the named object of one of these resources (such as <c>pods</c>) does not exist.</summary>
    public bool IsNotFound(params ReadOnlySpan<string> resources) => resources.Contains(missing);

    /// <summary>Reads kubectl's stderr, without the warnings and log lines around the reason.</summary>
    /// <param name="errorText">All of its stderr.</param>
    /// <param name="named">The context it ran in.</param>
    public static ClusterException FromKubectl(string errorText, NamedContext named)
    {
        var context = named.Name;
        var reason = Reason(errorText);
        if (FromServer(reason, context) is { } said)
            return said;
        if (NoContext().Match(reason) is { Success: true } noContext)
            return NoSuchContext(noContext.Groups["name"].Value, named.Snapshot.Kubeconfig.Contexts, named.Snapshot);
        if (RefusedConnection().Match(reason) is { Success: true } refused)
            return refused.Groups["server"].Value is "localhost:8080"
                ? NotConfigured(named.Snapshot.Kubeconfig)
                : Refused(refused.Groups["server"].Value, context);
        if (NoCredentials().Match(reason) is { Success: true } login)
            return login.Groups["why"].Value.Contains("cannot support interactive mode", StringComparison.Ordinal)
                ? new PluginFailedException($"the credential plugin of {Describe(context)} needs a terminal, and kubectl has none here",
                    "log in to the cluster first")
                : new PluginFailedException($"kubectl got no credentials for {Describe(context)}: {login.Groups["why"].Value}",
                    "log in to the cluster again");
        if (reason == "error: unable to upgrade connection: Forbidden")
            return ForbiddenByProxy(context);
        if (NoConnection().Match(reason) is { Success: true } unreachable)
            return CannotReach(context, unreachable.Groups["why"].Value, Last(unreachable.Groups["why"].Value));
        return new($"kubectl: {reason}", null);
    }

    /// <summary>Reads a Status returned by the API server.</summary>
    /// <param name="reason">Its reason, such as <c>NotFound</c>.</param>
    /// <param name="message">Its message.</param>
    /// <param name="context">The context it belongs to; null for the current one.</param>
    /// <param name="asked">The right that the request needed; null when unknown.</param>
    /// <param name="retryAfter">How long the server wants to be left alone; null if it did not say.</param>
    public static ClusterException FromStatus(
        string? reason, string? message, string? context, Right? asked = null, TimeSpan? retryAfter = null) =>
        FromServer($"Error from server ({reason}): {message}", context)
        ?? (reason == "Forbidden" && asked is not null ? Denied(asked, message) : null)
        ?? new($"the API server of {Describe(context)} answers: {(string.IsNullOrWhiteSpace(message) ? reason ?? "nothing" : message)}",
            null)
        { RetryAfter = retryAfter };

    /// <summary>The context does not exist.</summary>
    /// <param name="name">The requested name.</param>
    /// <param name="known">All contexts of the kubeconfig.</param>
    /// <param name="snapshot">The user's settings and kubeconfig.</param>
    public static ClusterException NoSuchContext(string name, IReadOnlyList<string> known, Snapshot snapshot)
    {
        // What we could read and kubectl could not.
        if ((known.Count == 0 || known.Contains(name)) && FromPipe(snapshot.Kubeconfig) is { } pipe)
            return pipe;
        // A name that cannot be in a host name comes from an alias: another alias would not help.
        known = [.. known.Where(other => other != name)];
        var canBeMeant = HostName.IsContext(name) ? known.Where(HostName.IsContext).Concat(snapshot.Settings.Aliases.Contexts.Keys) : known;
        return new($"no context \"{name}\" in the kubeconfig",
            (HostName.IsContext(name) ? ContextAlias.Suggest(name, known, () => snapshot.Settings.Aliases) : null)
            ?? (Spelling.Nearest(name, canBeMeant) is { } meant ? $"did you mean \"{meant}\"?" : "kubectl config get-contexts lists them"));
    }

    /// <summary>No cluster is configured.</summary>
    public static ClusterException NotConfigured(KubeconfigFiles files) =>
        FromPipe(files) ?? new("no cluster is configured", "set KUBECONFIG or write ~/.kube/config");

    // What shells substitute for <(COMMAND).
    private static ClusterException? FromPipe(KubeconfigFiles files) =>
        files.All.Select(file => file.Path).FirstOrDefault(file =>
            file.StartsWith("/dev/fd/", StringComparison.Ordinal)
            || file.StartsWith("/proc/self/fd/", StringComparison.Ordinal)) is { } pipe
            ? new($"KUBECONFIG names {pipe}, a pipe of your shell: it can be read once, and ssh does not pass it on",
                "write the kubeconfig into a file, and name that")
            : null;

    /// <summary>A bare word instead of a Status comes from a proxy. kubectl proxy sends it for paths that it rejects (pods/exec).</summary>
    public static ClusterException ForbiddenByProxy(string? context) =>
        new($"a proxy in front of the API server of {Describe(context)} forbids exec, as kubectl proxy does by default",
            "whoever runs kubectl proxy can restart it with --reject-paths='^/api/.*/pods/.*/attach', or use a context without it");

    /// <summary>The API server redirects us. We do not follow: our credentials are for the server in the kubeconfig.</summary>
    public static ClusterException Redirected(string? context, string target) =>
        new($"the API server of {Describe(context)} redirects to {target}", "if that is right, set it as server in the kubeconfig");

    /// <summary>Nothing listens at the API server's address.</summary>
    public static ClusterException Refused(string server, string? context) =>
        new($"API server {server} of {Describe(context)} refuses connections", "check that the cluster is running, and your VPN or proxy")
        { Brief = "connection refused" };

    /// <summary>The connection to the API server fails.</summary>
    /// <param name="context">The context it belongs to; null for the current one.</param>
    /// <param name="why">What fails, and where.</param>
    /// <param name="brief">The same without the address.</param>
    public static ClusterException CannotReach(string? context, string why, string brief) =>
        new($"cannot reach the API server of {Describe(context)}: {why}", "check the address in the kubeconfig, and your VPN or proxy")
        { Brief = brief };

    /// <summary>The connection to the API server fails.</summary>
    /// <param name="context">The context it belongs to; null for the current one.</param>
    /// <param name="where">Which connection.</param>
    /// <param name="problem">What the system says.</param>
    public static ClusterException CannotReach(string? context, string where, Exception problem) =>
        // Streams put words of their own in front of the system's.
        CannotReach(context, $"{where}: {problem.Message}", SystemText(problem));

    /// <summary>The API server does not answer.</summary>
    public static ClusterException Unreachable(string server, string? context, string problem) =>
        new($"API server {server} of {Describe(context)} cannot be reached: {problem}", "check your network, VPN or proxy")
        { Brief = problem };

    /// <summary>The context as named in messages.</summary>
    public static string Describe(string? context) => context is null ? "the current context" : $"context \"{context}\"";

    // "Error from server (REASON): MESSAGE", as kubectl prints a Status.
    private static ClusterException? FromServer(string said, string? context)
    {
        if (NotFound().Match(said) is { Success: true } missing)
            return new($"{missing.Groups["resource"]} \"{missing.Groups["name"]}\" not found", null, missing.Groups["resource"].Value);
        if (Forbidden().Match(said) is { Success: true } forbidden)
            return new(
                $"user \"{forbidden.Groups["user"]}\" may not {forbidden.Groups["verb"]} {forbidden.Groups["resource"]} "
                + $"{Where(forbidden.Groups["namespace"].Value)}",
                Grant(forbidden.Groups["namespace"].Value));
        if (said.Contains("(Unauthorized)", StringComparison.Ordinal))
            return new($"the API server does not accept the credentials of {Describe(context)}", "log in to the cluster again")
            { Brief = "log in again" };
        return null;
    }

    // A Forbidden that does not name the right (Kubernetes 1.36 for `create` on pods/exec; a proxy), or has another reason.
    private static ClusterException Denied(Right asked, string? message)
    {
        var why = (message ?? "").Split("forbidden:", 2)[^1].Trim();
        return new($"you may not {asked} {Where(asked.Namespace)}{(why.Length > 0 ? $": {why}" : "")}", Grant(asked.Namespace));
    }

    private static string Grant(string ns) =>
        $"ask the administrator of {(ns.Length > 0 ? $"namespace \"{ns}\"" : "the cluster")} for that right: docs/rbac.yaml has roles";

    private static string Where(string ns) => ns.Length > 0 ? $"in namespace \"{ns}\"" : "in the cluster";

    private static string SystemText(Exception problem) => problem.GetBaseException() switch
    {
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } => "name not resolved",
        // .NET has long words for an end in the middle of TLS.
        IOException { Message.Length: > LongestBrief } => "connection closed",
        { Message: [var first, .. var rest] } => Short($"{char.ToLowerInvariant(first)}{rest}"),
        _ => "",
    };

    // Go puts what it did in front of what the system said: "dial tcp 10.0.0.1:443: connect: network is unreachable".
    private static string Last(string why) => Short(why.Split(": ")[^1]);

    // "connection reset by peer" does not fit into a row of 80 columns.
    private static string Short(string text) => text.Replace(" by peer", "", StringComparison.Ordinal);

    // Warnings, klog lines ("E1123 12:00:00.000000 …") and plugin output may surround it.
    private static string Reason(string errorText)
    {
        var lines = errorText.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.LastOrDefault(line => Verdict().IsMatch(line))
            ?? lines.LastOrDefault(line => !Noise().IsMatch(line))
            ?? "ended without a message";
    }

    [GeneratedRegex("^(error:|Error from server|Unable to connect to the server|The connection to the server|error: You must be logged in)",
        RegexOptions.IgnoreCase)]
    private static partial Regex Verdict();

    [GeneratedRegex(@"^([EWI]\d{4} |Warning:|command terminated with exit code)")]
    private static partial Regex Noise();

    [GeneratedRegex("""\(NotFound\): (?<resource>\S+) "(?<name>[^"]*)" not found""")]
    private static partial Regex NotFound();

    [GeneratedRegex(
        "is forbidden: User \"(?<user>[^\"]*)\" cannot (?<verb>\\w+) resource \"(?<resource>[^\"]*)\""
        + "(.* in the namespace \"(?<namespace>[^\"]*)\")?")]
    private static partial Regex Forbidden();

    [GeneratedRegex(
        """context "(?<name>[^"]*)" does not exist|no context exists with the name: "(?<name>[^"]*)"|"""
        + """context was not found for specified context: (?<name>\S+)""")]
    private static partial Regex NoContext();

    [GeneratedRegex("The connection to the server (?<server>\\S+) was refused")]
    private static partial Regex RefusedConnection();

    [GeneratedRegex("getting credentials: (?<why>.*)")]
    private static partial Regex NoCredentials();

    [GeneratedRegex("Unable to connect to the server: (?<why>.*)")]
    private static partial Regex NoConnection();
}

/// <summary>A credential plugin has failed: the user has to log in, or is being asked to.</summary>
internal sealed class PluginFailedException : ClusterException
{
    /// <param name="message">What is wrong.</param>
    /// <param name="hint">What to do about it.</param>
    public PluginFailedException(string message, string? hint) : base(message, hint) => Brief = "log in again";
}

/// <summary>The API server has no such object, or no such namespace.</summary>
/// <inheritdoc cref="SshpodException(string, string?)"/>
public sealed class NotFoundException(string message, string hint) : SshpodException(message, hint);

/// <summary>
/// The node cannot find a container that is running according to the API server, or can no longer start a process in it: it has just ended,
/// or the node still has the previous pod of that name (seen with a pod that was replaced).
/// </summary>
/// <param name="container">The container.</param>
public sealed class ContainerNotFoundException(PodContainer container)
    : SshpodException($"{container} is not running", "connect again when it has started");
