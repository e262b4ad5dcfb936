using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Sshpod.Clusters;
using Sshpod.Clusters.Api.Streams;
using Sshpod.Clusters.Objects;
using Sshpod.Commands;
using Sshpod.Completion;
using Sshpod.Connections;
using Sshpod.Doctor;
using Sshpod.HostNames;
using Sshpod.Machine;
using Sshpod.Server;
using Sshpod.Settings;
using Sshpod.Ssh;
using Sshpod.Streams;
using Sshpod.Targets;
using Sshpod.Terminal;
using Sshpod.Tunnels;
using Sshpod.Tunnels.Resuming;

namespace Sshpod.Tests;

/// <summary>Checks limits, settings and variables in the documents against the program.</summary>
public partial class DocumentedFactsTests
{
    // The braces hold the unit of the value in the document: ms, s, min and d for a time, n for a number, KiB for bytes.
    private static readonly (string Document, string Sentence, Type Type, string Member)[] Limits =
    [
        ("docs/how-it-works.md", "The key is replaced after {d} days.", typeof(ClientKey), "Lifetime"),
        ("docs/sshpod.1", "It is replaced after {d} days.", typeof(ClientKey), "Lifetime"),
        ("docs/security.md", "it is replaced after {d} days", typeof(ClientKey), "Lifetime"),
        ("docs/how-it-works.md", "for {s} seconds, or for the time that `SSHPOD_WAIT`", typeof(UserSettings),
            nameof(UserSettings.UsualWait)),
        ("docs/settings.md", "`SSHPOD_WAIT` | {s} seconds |", typeof(UserSettings), nameof(UserSettings.UsualWait)),
        ("docs/how-it-works.md", "finally every {s} seconds", typeof(TargetLimits), nameof(TargetLimits.LongestPause)),
        ("docs/how-it-works.md", "has not been used for {d} days is forgotten", typeof(ConnectionLimits),
            nameof(ConnectionLimits.ServerForgotten)),
        ("docs/tunnels.md", "`~/.cache/sshpod/tunnels`, for {d} day.", typeof(ConnectionLimits), nameof(ConnectionLimits.TunnelBelieved)),
        ("docs/tunnels.md", "`~/.cache/sshpod/streams`, for {d} day", typeof(ClusterLimits), nameof(ClusterLimits.StreamWayBelieved)),
        ("docs/tunnels.md", "took less than {ms} ms", typeof(ClusterLimits), nameof(ClusterLimits.Nearby)),
        ("docs/tunnels.md", "does not answer within {s} seconds", typeof(TunnelLimits), nameof(TunnelLimits.Banner)),
        ("docs/troubleshooting.md", "did not answer on port N in {s} s", typeof(TunnelLimits), nameof(TunnelLimits.Banner)),
        ("docs/tunnels.md", "either; sshpod asks every {s} s", typeof(ResumingLimits), nameof(ResumingLimits.Silence)),
        ("docs/how-it-works.md", "When nothing has come for {s} seconds, sshpod asks", typeof(ResumingLimits),
            nameof(ResumingLimits.Silence)),
        ("docs/how-it-works.md", "after {s} more seconds without any byte", typeof(ResumingLimits), nameof(ResumingLimits.Dead)),
        ("docs/how-it-works.md", "network has changed, this takes {s} seconds", typeof(ResumingLimits),
            nameof(ResumingLimits.DeadAfterHint)),
        ("docs/how-it-works.md", "from then on every {s} seconds, after half an hour", typeof(ResumingLimits),
            nameof(ResumingLimits.UsualPause)),
        ("docs/how-it-works.md", "After {s} seconds, the terminal that opened the connection shows", typeof(ResumingLimits),
            nameof(ResumingLimits.Told)),
        ("docs/how-it-works.md", "has been paused for {s} seconds, a new", typeof(ResumingLimits), nameof(ResumingLimits.Shunned)),
        ("docs/tunnels.md", "messages have at most {KiB} KiB", typeof(ChannelSocket), nameof(ChannelSocket.MaxMessage)),
        ("docs/troubleshooting.md", "a line of more than {n} bytes", typeof(LineReader), nameof(LineReader.MaxLine)),
        ("docs/troubleshooting.md", "kubectl port-forward to CONTAINER did not start in {s} s", typeof(ClusterLimits),
            nameof(ClusterLimits.PortForwardStart)),
        ("docs/troubleshooting.md", "kubectl get … gave no answer in {s} s", typeof(ClusterLimits), nameof(ClusterLimits.KubectlRequest)),
        ("docs/troubleshooting.md", "exit code N`, `… did not end in {s} s`", typeof(ClusterLimits), nameof(ClusterLimits.Plugin)),
        ("docs/troubleshooting.md", "another process has held F for {s} s", typeof(MachineLimits), nameof(MachineLimits.Lock)),
        ("docs/troubleshooting.md", "ssh-keygen did not end in {s} s", typeof(SshLimits), nameof(SshLimits.Keygen)),
        ("docs/troubleshooting.md", "the hash was wrong in all {word} attempts", typeof(Bootstrap), "MaxAttempts"),
        ("docs/troubleshooting.md", "a redirect to `http`, or nothing in {s} s", typeof(CommandLimits),
            nameof(CommandLimits.NewestRelease)),
        ("docs/security.md", "over https, at most {KiB} KiB in", typeof(NewestRelease), "MaxAnswer"),
        ("docs/security.md", "KiB in {s} s, and prints nothing of it but a version", typeof(CommandLimits),
            nameof(CommandLimits.NewestRelease)),
        ("docs/completion.md", "A file up to {s} seconds old is used as it is", typeof(CompletionLimits), nameof(CompletionLimits.Fresh)),
        ("docs/completion.md", "a file up to {s} seconds old is used and refreshed", typeof(CompletionLimits),
            nameof(CompletionLimits.Usable)),
        ("docs/completion.md", "for at most {ms} ms", typeof(CompletionLimits), nameof(CompletionLimits.Patience)),
        ("docs/completion.md", "ends after at most {s} seconds", typeof(CompletionLimits), nameof(CompletionLimits.Refresh)),
        ("docs/doctor.md", "A check may take {s} seconds", typeof(DoctorLimits), nameof(DoctorLimits.Check)),
        ("docs/doctor.md", "`shell` may take {s}", typeof(DoctorLimits), nameof(DoctorLimits.Shell)),
        ("docs/doctor.md", "`start` may take {s}", typeof(DoctorLimits), nameof(DoctorLimits.Start)),
        ("docs/doctor.md", "`login` may take {s}", typeof(DoctorLimits), nameof(DoctorLimits.Login)),
        ("docs/list.md", "in pages of {n}", typeof(PodScope), nameof(PodScope.PageSize)),
        ("docs/host-names.md", "must not be `-` | {n} |", typeof(HostName), nameof(HostName.MaxName)),
        ("docs/host-names.md", "the same | {n} |", typeof(HostName), nameof(HostName.MaxDnsLabel)),
        ("docs/configure.md", "host names of more than {n} characters", typeof(KnownHosts), "MaxName"),
    ];

    // The same for a value in a source that is not C#, or in a list.
    private static readonly (string Document, string Sentence, string Source, string Pattern)[] LimitsInSources =
    [
        ("docs/tunnels.md", "or {n} s after the last byte", "sshd/overrides/holder.c", @"SILENT = (\d+) \* 1000"),
        ("docs/how-it-works.md", "At most {n} connections are paused", "sshd/overrides/paused.c", @"MOST_PAUSED = (\d+)"),
        ("docs/containers.md", "| `log` | {n} KiB", "sshd/overrides/log_limit.c", @"LOG_SIZE = (\d+) \* 1024"),
        ("docs/containers.md", "| `logins`, `logins.old` | {n} KiB", "sshd/overrides/logins.c", @"LOGINS_SIZE = (\d+) \* 1024"),
        ("docs/containers.md", "| `authorized_keys` | {n} keys", "sshd/overrides/keys.c", @"MOST_KEYS = (\d+)"),
        ("docs/security.md", "a list of hashes after {n} seconds or 64 KiB", "install.sh", @"SHA256SUMS"" (\d+) 64\n"),
        ("docs/security.md", "a list of hashes after {n} seconds or 64 KiB", "install.ps1", @"\$sums (\d+) 64KB"),
        ("docs/faults.md", "No fault may take longer than {n} seconds",
            "tests/Sshpod.EndToEnd/Fixtures/FaultReport.cs", @" Limit = TimeSpan.FromSeconds\((\d+)\)"),
        ("docs/faults.md", "which may take {n}.",
            "tests/Sshpod.EndToEnd/Fixtures/FaultReport.cs", @"CrowdLimit = TimeSpan.FromSeconds\((\d+)\)"),
    ];

    [Fact]
    public void A_limit_in_a_document_is_that_of_the_program() => Assert.All(Limits, limit => Assert.Contains(
        Unit().Replace(limit.Sentence, unit => In(unit.Groups["unit"].Value, ValueOf(limit.Type, limit.Member))), Text(limit.Document),
        StringComparison.Ordinal));

    [Fact]
    public void A_limit_of_the_script_dialogue_is_that_of_the_program()
    {
        var (limits, grammar) = (ScriptLimits.Default, new ScriptGrammar(new Dictionary<string, string[]>()));
        string story = Text("docs/how-it-works.md"), lines = Text("docs/troubleshooting.md");
        Assert.Contains($"at most {grammar.MaxLines} lines and {limits.Overall.TotalSeconds:0} seconds", story, StringComparison.Ordinal);
        Assert.Contains($"`CONTAINER gave no answer in {limits.Silence.TotalSeconds:0} s`", lines, StringComparison.Ordinal);
        Assert.Contains($"`CONTAINER did not finish in {limits.Overall.TotalSeconds:0} s`", lines, StringComparison.Ordinal);
    }

    [Fact]
    public void A_limit_in_a_document_is_that_of_the_source() => Assert.All(LimitsInSources, limit =>
    {
        var value = Regex.Match(File.ReadAllText(Path.Combine(Document.Root, limit.Source)), limit.Pattern);
        Assert.True(value.Success, $"{limit.Source} has no {limit.Pattern}");
        Assert.Contains(Unit().Replace(limit.Sentence, value.Groups[1].Value), Text(limit.Document), StringComparison.Ordinal);
    });

    [Fact]
    public void The_settings_in_the_documents_are_those_that_the_file_may_have()
    {
        // The error for an unknown key lists the known ones.
        var hint = Assert.Throws<SshpodException>(() => SettingsFile.Parse("config.yaml", "no-such-key: 1")).Hint!;
        var keys = hint[(hint.IndexOf(": ", StringComparison.Ordinal) + 2)..].Split(", ").Order().ToArray();
        Assert.Contains("transport", keys);
        var rows = KeyRow().Matches(File.ReadAllText(Path.Combine(Document.Root, "docs/settings.md")));
        Assert.Equal(keys, rows.Select(row => row.Groups["key"].Value).Order());
        var item = SettingsInManual().Match(File.ReadAllText(Path.Combine(Document.Root, "docs/sshpod.1"))).Groups["keys"].Value;
        Assert.Equal(keys, item.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)
            .Where(word => word is not (".Cm" or "," or "." or "and")).Order());
    }

    [Fact]
    public void Each_variable_that_sets_something_is_in_the_table_of_settings()
    {
        // Not settings: the first is for a one-off look, the second marks our processes, the third is for the installers too.
        string[] others = ["SSHPOD_LOG", "SSHPOD_STARTED", "SSHPOD_RELEASES"];
        var read = Sources("src/Sshpod", "*.cs").SelectMany(text => QuotedVariable().Matches(text))
            .Select(match => match.Groups[1].Value).Distinct().Except(others);
        var table = File.ReadLines(Path.Combine(Document.Root, "docs/settings.md")).Where(line => line.StartsWith('|'))
            .SelectMany(line => Variable().Matches(line));
        Assert.Equal(read.Order(), table.Select(match => match.Value).Distinct().Order());
    }

    [Fact]
    public void Each_variable_that_a_document_names_is_read_somewhere()
    {
        var code = string.Concat(Sources("src/Sshpod", "*").Concat(Sources("sshd/overrides", "*"))
            .Concat(Sources("tests", "*.cs")).Concat(Sources("tests", "*.sh")));
        Assert.All(Directory.GetFiles(Document.Root, "*.md").Concat(Directory.GetFiles(Path.Combine(Document.Root, "docs"))), document =>
            Assert.All(Variable().Matches(File.ReadAllText(document)).Select(match => match.Value).Distinct(), name =>
                Assert.Contains(name, code, StringComparison.Ordinal)));
    }

    private static object ValueOf(Type type, string member)
    {
        const BindingFlags all = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
        return type.GetField(member, all)?.GetValue(null) ?? type.GetProperty(member, all)?.GetValue(null)
            ?? throw new InvalidOperationException($"{type} has no {member}: name what holds this limit now");
    }

    private static string In(string unit, object value) => (unit, value) switch
    {
        ("ms", TimeSpan time) => Number(time.TotalMilliseconds),
        ("s", TimeSpan time) => Number(time.TotalSeconds),
        ("d", TimeSpan time) => Number(time.TotalDays),
        ("n", int number) => Number(number),
        ("KiB", int bytes) => Number(bytes / 1024),
        ("word", int number) => new[] { "no", "one", "two", "three", "four", "five", "six" }[number],
        _ => throw new InvalidOperationException($"{value} in {unit}"),
    };

    private static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);

    // Lines may be wrapped anywhere.
    private static string Text(string document) => Blanks().Replace(File.ReadAllText(Path.Combine(Document.Root, document)), " ");

    private static IEnumerable<string> Sources(string folder, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Document.Root, folder), pattern, SearchOption.AllDirectories)
            .Where(file => !file.Contains("/bin/", StringComparison.Ordinal) && !file.Contains("/obj/", StringComparison.Ordinal))
            .Select(File.ReadAllText);

    [GeneratedRegex(@"\{(?<unit>\w+)\}")]
    private static partial Regex Unit();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();

    [GeneratedRegex(@"^\| `(?<key>[a-z-]+)` \|", RegexOptions.Multiline)]
    private static partial Regex KeyRow();

    [GeneratedRegex(@"config\.yaml\nYour settings:\n(?<keys>(?:\.Cm .*\n|and\n)+)")]
    private static partial Regex SettingsInManual();

    [GeneratedRegex("\"(SSHPOD_[A-Z_]+)\"")]
    private static partial Regex QuotedVariable();

    [GeneratedRegex(@"SSHPOD_[A-Z_]*[A-Z]")]
    private static partial Regex Variable();
}
