namespace Sshpod.Doctor;

/// <summary>A hop that has been walked.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Culprit">The hop that keeps those after it from being checked, which may be an earlier one; null when they can be.</param>
internal abstract record Hop(string Name, string? Culprit);

/// <summary>A hop with what was found there.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Culprit">The hop that keeps those after it from being checked; null when they can be.</param>
/// <param name="Found">What later checks build on.</param>
internal sealed record Hop<T>(string Name, string? Culprit, T? Found) : Hop(Name, Culprit) where T : class
{
    /// <summary>What was found; only for checks that name this hop among their needs.</summary>
    public T Value => Found ?? throw new InvalidOperationException($"{Name} was not among the needs");
}
