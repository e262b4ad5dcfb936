using CliWrap;

namespace Sshpod.Tests.Build;

/// <summary>
/// A program that does what <c>build/static/share.c</c> does before the main function, and then exits with <see cref="Silent"/> in place of
/// starting .NET. Compiled once.
/// </summary>
public sealed class EarlyAnswer : IAsyncLifetime
{
    /// <summary>The exit code where nothing was said.</summary>
    public const int Silent = 42;

    private const string Compiler = "/usr/bin/cc";

    private string? _directory;

    /// <summary>The program; null where there is no compiler for it.</summary>
    public string? File { get; private set; }

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        if (!OperatingSystem.IsLinux() || !System.IO.File.Exists(Compiler))
            return;
        _directory = Directory.CreateTempSubdirectory("sshpod-share-").FullName;
        var program = Path.Combine(_directory, "share");
        await Cli.Wrap(Compiler)
            .WithArguments(["-O2", "-Wall", "-Wextra", "-Werror", Path.Combine(Document.Root, "build/static/share.c"), "-x", "c", "-",
                "-o", program])
            .WithStandardInputPipe(PipeSource.FromString($"int main(void) {{ return {Silent}; }}\n"))
            .ExecuteAsync();
        File = program;
    }

    /// <summary>Runs it.</summary>
    /// <param name="environment">What differs from the environment of the tests.</param>
    /// <param name="arguments">The arguments of sshpod.</param>
    /// <returns>Its exit code.</returns>
    public async Task<int> RunAsync(IReadOnlyDictionary<string, string?> environment, params string[] arguments)
    {
        Assert.SkipWhen(File is null, "needs Linux and a compiler");
        var result = await Cli.Wrap(File!).WithArguments(arguments).WithEnvironmentVariables(environment)
            .WithValidation(CommandResultValidation.None).ExecuteAsync(TestContext.Current.CancellationToken);
        return result.ExitCode;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (_directory is not null)
            Directory.Delete(_directory, recursive: true);
        return ValueTask.CompletedTask;
    }
}
