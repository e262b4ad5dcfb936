namespace Sshpod.Tests;

/// <summary>The sshpod that tests without a cluster run: their own build, unless <c>SSHPOD_TEST_PROGRAM</c> names another.</summary>
internal static class BuiltProgram
{
    /// <summary>Its path.</summary>
    public static string Path { get; } = Environment.GetEnvironmentVariable("SSHPOD_TEST_PROGRAM") is { Length: > 0 } program
        ? program : System.IO.Path.Combine(AppContext.BaseDirectory, "sshpod");
}
