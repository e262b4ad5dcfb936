using System.Text.Json.Serialization;

namespace Sshpod.Doctor;

/// <summary>The outcome of a check.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CheckOutcome>))]
internal enum CheckOutcome
{
    /// <summary>All is as it should be.</summary>
    [JsonStringEnumMemberName("ok")]
    Ok,

    /// <summary>Not checked, because of an earlier failure or because it was not requested.</summary>
    [JsonStringEnumMemberName("skipped")]
    Skipped,

    /// <summary>A connection may work, but something is not as it should be.</summary>
    [JsonStringEnumMemberName("warning")]
    Warning,

    /// <summary>A connection cannot work.</summary>
    [JsonStringEnumMemberName("failure")]
    Failure,
}

/// <summary>Who can change what, in the words of docs/troubleshooting.md.</summary>
internal static class Who
{
    /// <summary>The user who runs ssh.</summary>
    public const string You = "you";

    /// <summary>Those who write the pod's manifest or image.</summary>
    public const string PodOwner = "the pod's owner";

    /// <summary>Those who grant rights in the cluster.</summary>
    public const string Administrator = "the administrator";
}

/// <summary>
/// What a check found: one line of the doctor. A check gives the outcome, the text and the hint; the walk adds the rest, and sanitizes the
/// texts, so that nothing from the cluster or the container can control the terminal. In JSON these names and their order are stable.
/// </summary>
/// <param name="Outcome">The verdict.</param>
/// <param name="Text">What was found.</param>
/// <param name="Who">Who can change it; from a check, null for the usual one at this hop; from the walk, null without a hint.</param>
/// <param name="Hint">What they can do; null if the text says it all.</param>
internal abstract record Finding(CheckOutcome Outcome, string Text, string? Who, string? Hint)
{
    /// <summary>The hop; scripts may rely on it.</summary>
    [JsonPropertyOrder(-1)]
    public string Name { get; init; } = "";

    /// <summary>How long the check took.</summary>
    [JsonPropertyOrder(1)]
    public long Milliseconds { get; init; }

    /// <summary>The hop that prevents later ones from being checked, perhaps an earlier one; null if none does.</summary>
    [JsonIgnore]
    public string? Culprit { get; init; }

    /// <summary>All is as it should be.</summary>
    public static Finding<T> Ok<T>(T value, string text) where T : class => new(CheckOutcome.Ok, text, value);

    /// <summary>All is as it should be, and no later check needs a value.</summary>
    public static Finding<string> Ok(string text) => new(CheckOutcome.Ok, text, text);

    /// <summary>A connection may work.</summary>
    public static Finding<T> Warning<T>(T value, string text, string? hint, string? who = null) where T : class =>
        new(CheckOutcome.Warning, text, value, hint, who);

    /// <summary>A connection cannot work. A thrown SshpodException means the same.</summary>
    public static Finding<T> Failure<T>(string text, string? hint, string? who = null) where T : class =>
        new(CheckOutcome.Failure, text, null, hint, who);

    /// <summary>There is nothing to check, for the given reason.</summary>
    public static Finding<T> Skipped<T>(string reason) where T : class => new(CheckOutcome.Skipped, reason, null);
}

/// <summary>A finding with a value for later checks.</summary>
/// <typeparam name="T">Type of the value.</typeparam>
/// <param name="Outcome">The verdict.</param>
/// <param name="Text">What was found.</param>
/// <param name="Found">The value; null if there is none.</param>
/// <param name="Hint">What can be done.</param>
/// <param name="Who">Who can do it; null for the usual one at this hop.</param>
internal sealed record Finding<T>(CheckOutcome Outcome, string Text, T? Found, string? Hint = null, string? Who = null)
    : Finding(Outcome, Text, Who, Hint) where T : class
{
    /// <summary>The value; only for checks that list this finding among their needs.</summary>
    public T Value => Found ?? throw new InvalidOperationException($"{Name} was not among the needs");
}
