using System.Text.Json.Serialization;

namespace Sshpod.Doctor;

/// <summary>What came of a check.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CheckOutcome>))]
internal enum CheckOutcome
{
    /// <summary>As it should be.</summary>
    [JsonStringEnumMemberName("ok")]
    Ok,

    /// <summary>Not checked, because of an earlier failure or because nobody asked for it.</summary>
    [JsonStringEnumMemberName("skipped")]
    Skipped,

    /// <summary>A connection may work and something is not as it should be.</summary>
    [JsonStringEnumMemberName("warning")]
    Warning,

    /// <summary>A connection cannot work.</summary>
    [JsonStringEnumMemberName("failure")]
    Failure,
}

/// <summary>One line of the doctor. Texts are clean: whatever the cluster or the container put into them, they drive no terminal.</summary>
/// <param name="Name">Which hop; scripts may rely on it.</param>
/// <param name="Outcome">What came of it.</param>
/// <param name="Text">What was found.</param>
/// <param name="Who">Who can change it; null where nothing is to be changed.</param>
/// <param name="Hint">What they can do; null where the text says all.</param>
/// <param name="Milliseconds">How long it took.</param>
internal sealed record Check(string Name, CheckOutcome Outcome, string Text, string? Who, string? Hint, long Milliseconds);
