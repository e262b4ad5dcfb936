namespace Sshpod.Doctor;

/// <summary>A hop that has been walked.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Culprit">The hop that prevents later ones from being checked, perhaps an earlier one; null if none does.</param>
internal abstract record Hop(string Name, string? Culprit);

/// <summary>A hop, with what was found there.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Culprit">The hop that prevents later ones from being checked; null if none does.</param>
/// <param name="Found">The value for later checks.</param>
internal sealed record Hop<T>(string Name, string? Culprit, T? Found) : Hop(Name, Culprit) where T : class
{
    /// <summary>What was found; only for checks that list this hop among their needs.</summary>
    public T Value => Found ?? throw new InvalidOperationException($"{Name} was not among the needs");
}
