using Sshpod.Terminal;

namespace Sshpod.Settings;

/// <summary>Parses a value.</summary>
/// <param name="text">What the user wrote.</param>
/// <param name="value">What it means.</param>
/// <returns>Whether it is valid.</returns>
internal delegate bool ValueParser<T>(string text, out T value);

/// <summary>A setting and its values: the only place that parses them and words errors about them.</summary>
/// <param name="Key">Its key in the file.</param>
/// <param name="Variable">The environment variable that overrides it.</param>
/// <param name="TryParse">Parses a value.</param>
/// <param name="Form">The values that users can write.</param>
/// <param name="FileHint">The hint about an invalid value in the file.</param>
/// <param name="VariableHint">The hint about an invalid value in the variable.</param>
internal sealed record Setting<T>(
    string Key, string Variable, ValueParser<T> TryParse, string Form, Func<string, string> FileHint, string VariableHint);

/// <summary>The settings that have a form of their own.</summary>
internal static class Setting
{
    /// <summary>How the cluster is reached.</summary>
    public static readonly Setting<TransportKind> Transport = Words("transport", "SSHPOD_TRANSPORT",
        ("auto", TransportKind.Auto), ("api", TransportKind.Api), ("kubectl", TransportKind.Kubectl));

    /// <summary>How the server is reached; null to use whichever works.</summary>
    public static readonly Setting<TunnelKind?> Tunnel = Words<TunnelKind?>("tunnel", "SSHPOD_TUNNEL",
        ("auto", null), ("port-forward", TunnelKind.PortForward), ("exec", TunnelKind.Exec));

    /// <summary>Whether the server may be in a place where other containers could take it over.</summary>
    public static readonly Setting<bool> SharedPlaces = Words("shared-places", "SSHPOD_SHARED_PLACES", ("refuse", false), ("allow", true));

    /// <summary>
    /// Whether a login as another user in root's container does not get the container's environment. It has no environment variable.
    /// </summary>
    public static readonly Setting<bool> OtherUsersEnvironment = Words(
        "other-users-environment", "", ("container", false), ("clean", true));

    /// <summary>How long a server keeps running without a connection.</summary>
    public static readonly Setting<TimeSpan> Idle = Time("idle", "SSHPOD_IDLE", "0 for ever", "0 means for ever");

    /// <summary>How long to wait for a target that is starting.</summary>
    public static readonly Setting<TimeSpan> Wait = Time("wait", "SSHPOD_WAIT", "0 not to wait", "0 means do not wait");

    /// <summary>How long a connection that has lost its stream waits to be resumed.</summary>
    public static readonly Setting<TimeSpan> Resume = new("resume", "SSHPOD_RESUME",
        (text, out value) =>
        {
            var grace = Grace.Parse(text);
            value = grace ?? default;
            return grace is not null;
        }, Grace.Form, _ => $"use {Grace.Form}; 0 means never resume", $"set it to {Grace.Form}; 0 means never resume");

    /// <summary>How an outage is shown in a terminal in which a session runs. It has no environment variable.</summary>
    public static readonly Setting<OutageDisplay> ResumeLine = Words(
        "resume-line", "", ("row", OutageDisplay.Row), ("title", OutageDisplay.Title), ("none", OutageDisplay.None));

    /// <summary>How long a key that a connection has brought into a container may log in there.</summary>
    public static readonly Setting<AccessTime> Access = new("access", "SSHPOD_ACCESS",
        (text, out value) => (value = AccessTime.Parse(text)!) is not null, AccessTime.Form, _ => $"use {AccessTime.Form}",
        $"set it to {AccessTime.Form}");

    /// <summary>Whether a container without a shell gets an ephemeral container.</summary>
    public static readonly Setting<bool?> Ephemeral = Words<bool?>("ephemeral", "SSHPOD_EPHEMERAL", ("never", false), ("always", true));

    /// <summary>The image of that ephemeral container.</summary>
    public static readonly Setting<string> EphemeralImage = new("ephemeral-image", "SSHPOD_EPHEMERAL_IMAGE", TryParseImage, ImageForm,
        _ => $"use {ImageForm}", $"set it to {ImageForm}");

    /// <summary>All variables.</summary>
    public static readonly string[] Variables =
    [
        Transport.Variable, Tunnel.Variable, SharedPlaces.Variable, Idle.Variable, Wait.Variable, Access.Variable, Resume.Variable,
        Ephemeral.Variable, EphemeralImage.Variable,
    ];

    /// <summary>The accepted form of an image's name, for messages.</summary>
    internal const string ImageForm = "the name of an image with sh, such as busybox:musl";

    // As in a pod; Kubernetes and the node judge the rest.
    private const int MaxImage = 1024;

    /// <summary>Whether a text may be the name of an image.</summary>
    internal static bool TryParseImage(string text, out string value)
    {
        value = text;
        return text.Length is > 0 and <= MaxImage && char.IsAsciiLetterOrDigit(text[0])
            && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '/' or ':' or '@' or '+');
    }

    private static Setting<T> Words<T>(string key, string variable, params (string Word, T Value)[] all)
    {
        string[] words = [.. all.Select(one => one.Word)];
        var form = string.Join(", ", words);
        return new(key, variable, TryParse, form,
            text => $"{(Spelling.Nearest(text, words) is { } meant ? $"did you mean \"{meant}\"? " : "")}allowed: {form}",
            $"use {string.Join(", ", words[..^1])} or {words[^1]}");

        bool TryParse(string text, out T value)
        {
            var index = Array.IndexOf(words, text);
            value = index < 0 ? default! : all[index].Value;
            return index >= 0;
        }
    }

    private static Setting<TimeSpan> Time(string key, string variable, string zeroInFile, string zeroInVariable) => new(key, variable,
        (text, out value) =>
        {
            var time = Period.Parse(text);
            value = time ?? default;
            return time is not null;
        }, Period.Form, _ => $"use {Period.Form}; {zeroInFile}", $"set it to {Period.Form}; {zeroInVariable}");
}

/// <summary>How the cluster may be reached.</summary>
public enum TransportKind
{
    /// <summary>By whichever supports the kubeconfig.</summary>
    Auto,

    /// <summary>By sshpod itself.</summary>
    Api,

    /// <summary>By the user's kubectl.</summary>
    Kubectl,
}

/// <summary>The ways to carry bytes between ssh and the server.</summary>
public enum TunnelKind
{
    /// <summary>A port-forward to a server that listens on the pod's loopback interface.</summary>
    PortForward,

    /// <summary>An exec whose stream is the connection: nothing listens, and one permission fewer is needed.</summary>
    Exec,
}
