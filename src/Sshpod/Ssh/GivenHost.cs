namespace Sshpod.Ssh;

/// <summary>The host name that ssh was given.</summary>
/// <param name="Text">As it was typed (ssh's <c>%n</c>): the names of contexts in it are case-sensitive.</param>
public sealed record GivenHost(string Text)
{
    /// <summary>As ssh looks it up in known_hosts, and hashes it into the <c>%C</c> of a ControlPath: in lower case.</summary>
    public string Folded { get; } = Text.ToLowerInvariant();

    /// <inheritdoc/>
    public override string ToString() => Text;
}
