using System.Globalization;
using CliWrap;
using Sshpod.Clusters;
using Sshpod.Clusters.Kubeconfigs;
using Sshpod.Connections;
using Sshpod.Settings;
using Sshpod.Ssh;

namespace Sshpod.Tests.Build;

/// <summary>
/// What is said to ssh before .NET starts: yes where <c>SharedConnections</c> would say so at once, and nothing elsewhere.
/// </summary>
public sealed class EarlyAnswerTests : IClassFixture<EarlyAnswer>, IDisposable
{
    private const string Host = "pod--x.context--Prod.sshpod";

    // What is part of a name's meaning.
    private static readonly Dictionary<string, Action<Dictionary<string, string?>>> Changes = new()
    {
        ["a line of the kubeconfig"] = environment => File.AppendAllText(environment["KUBECONFIG"]!, "# other\n"),
        ["the name of the kubeconfig"] = environment => CopyKubeconfig(environment, "", "other"),
        ["a second kubeconfig"] = environment => CopyKubeconfig(environment, environment["KUBECONFIG"] + ":", "second"),
        ["a kubeconfig that is gone"] = environment => File.Delete(environment["KUBECONFIG"]!),
        ["the settings"] = environment => File.WriteAllText($"{environment["XDG_CONFIG_HOME"]}/sshpod/config.yaml", "idle: 1m\n"),
        ["where the settings are"] = environment => environment["XDG_CONFIG_HOME"] += "2",
        ["the access"] = environment => environment["SSHPOD_ACCESS"] = "1h",
        ["the locale"] = environment => environment["LC_PAPER"] = "sshpod",
        ["a locale that is set to nothing"] = environment => environment["LC_TELEPHONE"] = "",
    };

    private readonly EarlyAnswer _program;
    private readonly string _home = Directory.CreateTempSubdirectory("sshpod-home-").FullName;
    private readonly Dictionary<string, string?> _environment;

    public EarlyAnswerTests(EarlyAnswer program)
    {
        _program = program;
        _environment = new()
        {
            ["HOME"] = _home,
            ["XDG_CACHE_HOME"] = Path.Combine(_home, "cache"),
            ["XDG_CONFIG_HOME"] = Path.Combine(_home, "config"),
            ["KUBECONFIG"] = Path.Combine(_home, "kubeconfig"),
            ["SSHPOD_ACCESS"] = null,
        };
        Directory.CreateDirectory(Path.GetDirectoryName(SettingsFile)!);
        File.WriteAllText(Path.Combine(_home, "kubeconfig"), "current-context: a\n");
        Directory.CreateDirectory(Claims);
        foreach (var directory in new[] { Path.GetDirectoryName(Cache)!, Cache, Claims })
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Theory]
    [InlineData("pod--x.sshpod")]
    [InlineData("POD--X.Namespace--N.CONTEXT--Prod.Container--C.SSHPOD.")]
    [InlineData("gpu.sshpod")]
    [InlineData("context--.context--a--B..sshpod")]
    public async Task A_name_that_nobody_has_claimed_is_claimed_for_what_it_means_to_NET(string host)
    {
        Assert.Equal(0, await AskAsync(host));
        Assert.Equal(Meaning(host), File.ReadAllText(ClaimOf(host)));
    }

    [Fact]
    public async Task A_kubeconfig_of_any_length_has_the_digest_that_NET_computes()
    {
        foreach (var length in new[] { 0, 1, 54, 55, 56, 63, 64, 65, 119, 120, 1000, 300_000 })
        {
            File.WriteAllText(_environment["KUBECONFIG"]!, new string('#', length));
            Assert.Equal(0, await AskAsync(Host));
            Assert.Equal(Meaning(Host), File.ReadAllText(ClaimOf(Host)));
        }
    }

    [Fact]
    public async Task Several_kubeconfigs_of_which_some_are_missing_have_the_digest_that_NET_computes()
    {
        _environment["KUBECONFIG"] = $":{_home}/kubeconfig::{_home}/none:{_home}/kubeconfig/none:";
        Assert.Equal(0, await AskAsync(Host));
        Assert.Equal(Meaning(Host), File.ReadAllText(ClaimOf(Host)));
    }

    [Fact]
    public async Task A_live_connection_that_takes_sessions_is_shared()
    {
        foreach (var times in new[] { "", Times(-10, 10) })
        {
            using var claim = Hold(Meaning(Host) + times);
            Assert.Equal(0, await AskAsync(Host));
            Assert.Equal(0, await AskAsync(Host.Replace("pod", "POD", StringComparison.Ordinal)));
            Assert.Equal(Meaning(Host) + times, File.ReadAllText(ClaimOf(Host)));
        }
    }

    public static TheoryData<string> NamesOfChanges => [.. Changes.Keys];

    [Theory, MemberData(nameof(NamesOfChanges))]
    public async Task A_live_connection_is_left_to_NET_after_a_change_of(string what)
    {
        var claimed = Meaning(Host) + Times(-10, 10);
        using var claim = Hold(claimed);
        Assert.Equal(0, await AskAsync(Host));

        Changes[what](_environment);

        Assert.Equal(EarlyAnswer.Silent, await AskAsync(Host));
        Assert.Equal(claimed, File.ReadAllText(ClaimOf(Host)));
    }

    [Fact]
    public async Task A_live_connection_to_a_context_in_other_letters_is_left_to_NET()
    {
        using var claim = Hold(Meaning(Host) + Times(-10, 10));
        Assert.Equal(EarlyAnswer.Silent, await AskAsync(Host.Replace("Prod", "PROD", StringComparison.Ordinal)));
    }

    [Theory]
    // Its access has ended, or it is paused, or the clock was set back.
    [InlineData(-10, -1)]
    [InlineData(-10, -10)]
    [InlineData(10, 20)]
    public async Task A_live_connection_that_takes_no_sessions_now_is_left_to_NET(int since, int until)
    {
        using var claim = Hold(Meaning(Host) + Times(since, until));
        Assert.Equal(EarlyAnswer.Silent, await AskAsync(Host));
    }

    [Theory]
    [InlineData(" 0000000000000000001")]
    [InlineData(" 0000000000000000001 999999999999999999")]
    [InlineData(" 0000000000000000001 9999999999999999999")]
    [InlineData(" 0000000000000000001 -999999999999999999")]
    [InlineData(" 0000000000000000001,0000000009999999999")]
    [InlineData("                                        ")]
    // During an outage.
    [InlineData(" lost                                   ")]
    [InlineData(" lost")]
    [InlineData("0")]
    public async Task A_claim_that_is_none_is_left_to_NET(string times)
    {
        using var claim = Hold(Meaning(Host) + times);
        Assert.Equal(EarlyAnswer.Silent, await AskAsync(Host));
    }

    [Fact]
    public async Task A_connection_that_has_ended_leaves_its_name_to_the_next()
    {
        File.WriteAllText(ClaimOf(Host), Meaning("pod--other.sshpod") + Times(-10, 10));
        Assert.Equal(0, await AskAsync(Host));
        Assert.Equal(Meaning(Host), File.ReadAllText(ClaimOf(Host)));
    }

    [Theory]
    [InlineData("cache", UnixFileMode.OtherWrite)]
    [InlineData("cache/sshpod", UnixFileMode.GroupWrite)]
    [InlineData("cache/sshpod/c", UnixFileMode.OtherWrite)]
    public async Task A_cache_that_others_may_write_to_is_left_to_NET(string directory, UnixFileMode mode)
    {
        var path = Path.Combine(_home, directory);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, File.GetUnixFileMode(path) | mode);
        Assert.Equal(EarlyAnswer.Silent, await AskAsync(Host));
        Assert.Empty(Directory.GetFiles(Claims));
    }

    [Fact]
    public async Task A_claim_that_is_a_link_is_left_to_NET()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need rights there");
        File.CreateSymbolicLink(ClaimOf(Host), Path.Combine(_home, "elsewhere"));
        Assert.Equal(EarlyAnswer.Silent, await AskAsync(Host));
        Assert.False(File.Exists(Path.Combine(_home, "elsewhere")));
    }

    [Fact]
    public async Task A_kubeconfig_that_is_a_pipe_is_not_even_opened()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs a program for Linux");
        var pipe = Path.Combine(_home, "pipe");
        await Cli.Wrap("mkfifo").WithArguments([pipe]).ExecuteAsync(TestContext.Current.CancellationToken);
        _environment["KUBECONFIG"] = pipe;
        // Opening waits for a reader, and who reads next must get all of it.
        var writing = Task.Run(() => File.WriteAllText(pipe, "current-context: a\n"), TestContext.Current.CancellationToken);

        for (var i = 0; i < 20; i++)
            Assert.Equal(EarlyAnswer.Silent, await AskAsync(Host));

        var read = await Task.Run(() => File.ReadAllText(pipe), TestContext.Current.CancellationToken)
            .WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal("current-context: a\n", read);
        await writing;
    }

    [Fact]
    public async Task Whatever_is_unusual_is_left_to_NET()
    {
        foreach (var arguments in new string[][]
        {
            [], ["share"], ["share", "--host"], ["share", "--host", ""], ["share", "--host", "--help"], ["share", "--host", "@file"],
            ["share", "--host", "pod--ö.sshpod"], ["share", $"--host={Host}"], ["share", "--host", Host, "--more"],
            ["proxy", "--host", Host], ["share", "--host", new string('a', 513)],
        })
            Assert.Equal(EarlyAnswer.Silent, await _program.RunAsync(_environment, arguments));
        foreach (var (name, value) in new (string, string?)[]
        {
            ("HOME", null), ("HOME", "/nowhere/at/all"), ("HOME", $"{_home}/"), ("XDG_CACHE_HOME", $"{_home}/none"),
            ("XDG_CACHE_HOME", $"{_home}/../cache"), ("XDG_CONFIG_HOME", $"{_home}//config"), ("KUBECONFIG", "kubeconfig"),
            ("KUBECONFIG", $"{_home}/./kubeconfig"), ("KUBECONFIG", _home), ("KUBECONFIG", "/ö"), ("SSHPOD_ACCESS", "ö"),
        })
            Assert.True(EarlyAnswer.Silent == await _program.RunAsync(
                new Dictionary<string, string?>(_environment) { [name] = value }, "share", "--host", Host), $"{name} is {value}");
        Assert.Empty(Directory.GetFiles(Claims));
    }

    public void Dispose() => Directory.Delete(_home, recursive: true);

    private string Cache => Path.Combine(_home, "cache/sshpod");

    private string Claims => Path.Combine(Cache, "c");

    private string SettingsFile => Path.Combine(_home, "config/sshpod/config.yaml");

    private string ClaimOf(string host) => Path.Combine(Claims, $"{new GivenHost(host).Digest}.claim");

    private Task<int> AskAsync(string host) => _program.RunAsync(_environment, "share", "--host", host);

    private string Meaning(string host) => HostMeaning.Digest(new GivenHost(host), new Snapshot(
        new UserSettings(SettingsFile, name => _environment.GetValueOrDefault(name)),
        new KubeconfigFiles(_environment["KUBECONFIG"]!.Split(':', StringSplitOptions.RemoveEmptyEntries))));

    // As a connection does while it lives.
    private FileStream Hold(string content)
    {
        File.WriteAllText(ClaimOf(Host), content);
        return new FileStream(ClaimOf(Host), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
    }

    private static string Times(int since, int until) => string.Concat(new[] { since, until }.Select(minutes =>
        string.Create(CultureInfo.InvariantCulture, $" {DateTimeOffset.UtcNow.AddMinutes(minutes).ToUnixTimeSeconds():D19}")));

    // The same content under another name.
    private static void CopyKubeconfig(Dictionary<string, string?> environment, string before, string name)
    {
        var copy = Path.Combine(environment["HOME"]!, name);
        File.Copy(environment["KUBECONFIG"]!, copy);
        environment["KUBECONFIG"] = before + copy;
    }
}
