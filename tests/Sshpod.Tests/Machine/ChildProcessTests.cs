using System.Diagnostics;
using System.Globalization;
using Sshpod.Machine;

namespace Sshpod.Tests.Machine;

public sealed class ChildProcessTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly string _directory = Directory.CreateTempSubdirectory("sshpod-child-").FullName;

    private string PidFile => Path.Combine(_directory, "pid");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("kubectl's credential plugin", "sleep 1000 & echo $! >PID; wait")]
    [InlineData("what that has started", "sh -c 'sleep 1000 & echo $! >PID; wait' & wait")]
    [InlineData("a grandchild whose parent has gone", "(sleep 1000 & echo $! >PID); exec sleep 1000")]
    [InlineData("one that was given another environment", "env -i /bin/sleep 1000 & echo $! >PID; wait")]
    [InlineData("one that takes no SIGTERM", "(trap '' TERM HUP INT; exec sleep 1000) & echo $! >PID; wait")]
    public async Task It_ends_every_descendant_too(string what, string script)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "elsewhere, one whose parent has gone is not found");
        var child = Start(script);
        var started = await ReadPidAsync();
        Assert.True(Runs(started), what);
        await child.DisposeAsync();
        await HoldsAsync($"{what} has ended", () => !Runs(started));
    }

    [Fact]
    public async Task A_daemon_that_it_has_started_stays()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs setsid");
        var child = Start("setsid sleep 1000 & echo $! >PID; wait");
        var daemon = await ReadPidAsync();
        await HoldsAsync("it has a session of its own", () => Stat(daemon)?[3] == daemon.ToString(CultureInfo.InvariantCulture));
        await child.DisposeAsync();
        Assert.True(Runs(daemon));
        Kill(daemon);
    }

    [Fact]
    public async Task What_a_program_leaves_behind_that_ends_by_itself_stays()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "looks at /proc");
        var child = Start("sleep 1000 >/dev/null 2>&1 & echo $! >PID");
        Assert.Equal(0, await child.WaitAsync(TestContext.Current.CancellationToken));
        await child.DisposeAsync();
        var browser = await ReadPidAsync();
        Assert.True(Runs(browser));
        Kill(browser);
    }

    [Fact]
    public async Task Its_time_is_limited()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "looks at /proc");
        await using var child = Start("sleep 1000 & echo $! >PID; wait", TimeSpan.FromSeconds(1));
        using var limit = child.LinkTo(TestContext.Current.CancellationToken);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.Delay(Limit, limit.Token));
        Assert.True(child.IsOverdue);
        Assert.NotEqual(0, await child.WaitAsync(TestContext.Current.CancellationToken)
            .WaitAsync(Limit, TestContext.Current.CancellationToken));
        var started = await ReadPidAsync();
        await HoldsAsync("what it has started has ended", () => !Runs(started));
    }

    [Fact]
    public async Task It_gets_its_arguments_its_variables_a_safe_PATH_and_an_empty_stdin()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "runs sh");
        await using var child = ChildProcess.Start(
            "sh", ["-c", "cat; printf '%s|' \"$1\" \"$A\" \"$PATH\"", "sh", "a \"b\""], Limit, environment: [new("A", "v w")]);
        using var reader = new StreamReader(child.Output);
        Assert.Equal($"a \"b\"|v w|{ProgramPath.Safe}|", await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task It_gets_what_is_written_to_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "runs cat");
        await using var child = ChildProcess.Start("cat", [], Limit, withInput: true);
        await using (child.Input)
            await child.Input.WriteAsync("hello"u8.ToArray(), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(child.Output);
        Assert.Equal("hello", await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("no-such-program", "it is not on your PATH")]
    [InlineData("./login", "it is not on your PATH")]
    [InlineData("/nonexistent/login", "/nonexistent/login: No such file or directory")]
    [InlineData("/etc/passwd", "/etc/passwd: Permission denied")]
    public void What_cannot_be_run_says_why(string name, string reason)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has other words");
        Assert.Equal(reason, Assert.Throws<CannotRunException>(() => ChildProcess.Start(name, [], Limit)).Message);
    }

    [Fact]
    public void No_other_file_starts_programs_or_lets_the_analyzer_off()
    {
        var source = Path.Combine(DocumentationTests.Root, "src/Sshpod");
        var files = Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(source, file).StartsWith("obj", StringComparison.Ordinal))
            .Where(file => File.ReadAllText(file).Contains("RS0030", StringComparison.Ordinal))
            .Select(file => Path.GetRelativePath(source, file)).Order(StringComparer.Ordinal);
        Assert.Equal(["Machine/ChildProcess.cs", "Machine/JobObject.cs"], files);
        // It uses the type for a job's program, and starts none.
        Assert.DoesNotContain("Start(", File.ReadAllText(Path.Combine(source, "Machine/JobObject.cs")), StringComparison.Ordinal);
        string[] banned = [.. File.ReadAllLines(Path.Combine(source, "BannedSymbols.txt")).Select(line => line.Split(';')[0])];
        Assert.All(["T:System.Diagnostics.Process", "T:System.Diagnostics.ProcessStartInfo", "T:System.Net.Http.HttpClient"],
            symbol => Assert.Contains(symbol, banned));
        Assert.DoesNotContain("RS0030", File.ReadAllText(Path.Combine(source, "Sshpod.csproj"))
            + File.ReadAllText(Path.Combine(DocumentationTests.Root, ".editorconfig")), StringComparison.Ordinal);
    }

    private ChildProcess Start(string script, TimeSpan? limit = null) =>
        ChildProcess.Start("sh", ["-c", script.Replace("PID", PidFile, StringComparison.Ordinal)], limit ?? Limit);

    private async Task<int> ReadPidAsync()
    {
        await HoldsAsync("it has started its child", () => File.Exists(PidFile) && File.ReadAllText(PidFile).EndsWith('\n'));
        return int.Parse(await File.ReadAllTextAsync(PidFile), CultureInfo.InvariantCulture);
    }

    // One that has exited may still be a zombie, since nobody has waited for it yet.
    private static bool Runs(int process) => Stat(process) is [not "Z" and not "X", ..];

    // The fields of /proc/PID/stat from the state on.
    private static string[]? Stat(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static void Kill(int process)
    {
        using var running = Process.GetProcessById(process);
        running.Kill();
    }

    private static async Task HoldsAsync(string what, Func<bool> condition)
    {
        for (var start = Stopwatch.GetTimestamp(); !condition(); await Task.Delay(20, TestContext.Current.CancellationToken))
            Assert.True(Stopwatch.GetElapsedTime(start) < Limit, what);
    }
}
