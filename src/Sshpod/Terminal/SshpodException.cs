namespace Sshpod.Terminal;

/// <summary>
/// What the user can act on: a message that names the object, and a hint that says who can change what.
/// Every other exception is a bug and shows as one.
/// </summary>
/// <param name="message">One lower-case sentence without a full stop: what is wrong with which object.</param>
/// <param name="hint">What to do about it, or null where the message says all.</param>
public class SshpodException(string message, string? hint = null) : Exception(message)
{
    /// <summary>What to do about it; null where the message says all.</summary>
    public string? Hint { get; } = hint;

    /// <summary>The one line that stderr gets, without the program's name.</summary>
    public string Line => OneLine.Of(Hint is null ? Message : $"{Message}; {Hint}");
}
