using Sshpod.EndToEnd.Fixtures;
using Sshpod.Tests;

namespace Sshpod.EndToEnd.Recipes;

/// <summary>A section of docs/recipes.md.</summary>
public static class Recipe
{
    /// <summary>The section with this heading.</summary>
    public static Section Named(string heading) => Document.Sections("docs/recipes.md").Single(section => section.Heading == heading);

    /// <summary>Makes the reader's sshpod keep its keys elsewhere, so that nothing vouches for the container's key.</summary>
    public static async Task LearnKeysElsewhereAsync(Reader reader)
    {
        var program = reader.Workstation.File("bin/sshpod");
        File.Delete(program);
        await File.WriteAllTextAsync(program, $"#!/bin/sh\nXDG_CACHE_HOME=~/elsewhere exec {Workstation.Program} \"$@\"\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        (await reader.ShellAsync("touch .cache/sshpod/known_hosts")).Successfully();
    }
}
