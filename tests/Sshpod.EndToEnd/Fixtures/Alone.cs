namespace Sshpod.EndToEnd.Fixtures;

/// <summary>
/// Tests that need the machine to themselves: because they look at the time, or because they take all of it. They run last.
/// </summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
