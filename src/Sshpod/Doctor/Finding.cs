namespace Sshpod.Doctor;

/// <summary>What a check found: a verdict, and what later checks build on.</summary>
/// <typeparam name="T">What that is.</typeparam>
/// <param name="Outcome">What came of it.</param>
/// <param name="Text">What was found.</param>
/// <param name="Value">What later checks build on; null where there is nothing.</param>
/// <param name="Hint">What can be done.</param>
/// <param name="Who">Who can do it; null for whoever is usual at this hop.</param>
internal sealed record Finding<T>(CheckOutcome Outcome, string Text, T? Value, string? Hint = null, string? Who = null) where T : class;

/// <summary>Ways to put findings together.</summary>
internal static class Finding
{
    /// <summary>As it should be.</summary>
    public static Finding<T> Ok<T>(T value, string text) where T : class => new(CheckOutcome.Ok, text, value);

    /// <summary>As it should be, and nothing builds on it.</summary>
    public static Finding<string> Ok(string text) => new(CheckOutcome.Ok, text, text);

    /// <summary>It may work.</summary>
    public static Finding<T> Warning<T>(T value, string text, string? hint, string? who = null) where T : class =>
        new(CheckOutcome.Warning, text, value, hint, who);

    /// <summary>It cannot work. Code that throws an SshpodException says the same.</summary>
    public static Finding<T> Failure<T>(string text, string? hint, string? who = null) where T : class =>
        new(CheckOutcome.Failure, text, null, hint, who);

    /// <summary>There is nothing to check, for this reason.</summary>
    public static Finding<T> Skipped<T>(string reason) where T : class => new(CheckOutcome.Skipped, reason, null);
}
