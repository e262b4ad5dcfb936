namespace Sshpod.EndToEnd.Fixtures;

/// <summary>Tests that need the machine to themselves, because they measure time or use all of its capacity. They run last.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
