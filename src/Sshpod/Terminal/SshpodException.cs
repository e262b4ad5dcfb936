namespace Sshpod.Terminal;

/// <summary>
/// An error that the user can act on: a message that names the object, and a hint that says who can change what. Every other exception is a
/// bug and is shown as one.
/// </summary>
/// <param name="message">
/// One lower-case sentence: what is wrong with which object. The full stop that the system's own words may end with is taken away.
/// </param>
/// <param name="hint">What to do about it; null if the message is enough.</param>
public class SshpodException(string message, string? hint = null) : Exception(WithoutFullStop(message))
{
    /// <summary>The exit code of a program that ends with it: that of ssh for any failure of its own.</summary>
    public const int ExitCode = 255;

    /// <summary>What to do about it; null if the message is enough.</summary>
    public string? Hint { get; } = hint;

    /// <summary>The reason in a few words, for a row of the screen; the message where nobody has found some.</summary>
    public string Brief { get => field ?? Message; init; }

    /// <summary>The line for stderr, without the program's name.</summary>
    public string Line => OneLine.Of(Hint is null ? Message : $"{Message}; {Hint}");

    // A path such as /tmp/. and an ellipsis keep theirs.
    private static string WithoutFullStop(string message) => message is [.., not ('.' or '/'), '.'] ? message[..^1] : message;
}
