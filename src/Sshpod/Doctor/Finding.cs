namespace Sshpod.Doctor;

/// <summary>What a check found: a verdict, and a value for later checks.</summary>
/// <typeparam name="T">Type of the value.</typeparam>
/// <param name="Outcome">The verdict.</param>
/// <param name="Text">What was found.</param>
/// <param name="Value">The value for later checks; null if there is none.</param>
/// <param name="Hint">What can be done.</param>
/// <param name="Who">Who can do it; null for the usual one at this hop.</param>
internal sealed record Finding<T>(CheckOutcome Outcome, string Text, T? Value, string? Hint = null, string? Who = null) where T : class;

/// <summary>Creates findings.</summary>
internal static class Finding
{
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
