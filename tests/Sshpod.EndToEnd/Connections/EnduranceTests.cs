using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using CliWrap;
using Sshpod.EndToEnd.Fixtures;
using Sshpod.EndToEnd.Resuming;

namespace Sshpod.EndToEnd.Connections;

/// <summary>
/// Large, frequent, long and broken transfers: <c>make soak</c> sets the sizes to 4 GiB, 200 connections and hours, and 200 cuts in 5 GiB.
/// The bytes come from a counter, which reveals lost, repeated or swapped ones, and are never on disk.
/// </summary>
[Collection(nameof(Alone))]
public sealed class EnduranceTests(TestCluster cluster)
{
    private const int Piece = 1 << 20;

    private static readonly int Pieces = Setting("SSHPOD_SOAK_MIB", 256), Sessions = Setting("SSHPOD_SOAK_SESSIONS", 30),
        IdleSeconds = Setting("SSHPOD_SOAK_IDLE", 30), Cuts = Setting("SSHPOD_SOAK_CUTS", 10),
        CutPieces = Setting("SSHPOD_SOAK_CUT_MIB", 64);

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2 + Pieces / 32);

    [Theory]
    [InlineData("port-forward")]
    [InlineData("exec")]
    public async Task A_long_stream_has_the_same_hash_at_both_ends(string tunnel)
    {
        await using var workstation = await UserAsync(tunnel);
        using var over = new CancellationTokenSource();
        var memory = WatchMemoryAsync(workstation.Host("pod--debian"), over.Token);
        var start = Stopwatch.StartNew();
        var sent = "";
        var there = await Run.ProgramAsync("ssh", Ssh(workstation, "pod--debian", "sha256sum"), workstation.Environment,
            PipeSource.Create(async (stdin, cancellation) =>
            sent = await StreamAsync((bytes, token) => stdin.WriteAsync(bytes, token), cancellation)), limit: Limit);
        Report($"{Pieces} MiB up, {tunnel}", start.Elapsed);
        Assert.Equal(sent, there.Quietly().Text.Split(' ')[0]);

        // Now the same bytes come down, and only their hash is kept.
        start.Restart();
        await File.WriteAllTextAsync(workstation.File("counter.py"), """
            import sys
            for i in range(int(sys.argv[1])):
                sys.stdout.buffer.write(b"".join(n.to_bytes(8, "little") for n in range(i * 131072, (i + 1) * 131072)))

            """);
        var hash = await Run.ProgramAsync(
            "sh", ["-c",
                $"{workstation.SshCommand} root@{workstation.Host("pod--debian")} python3 - {Pieces}"
                    + $" <{workstation.File("counter.py")} | sha256sum"],
            workstation.Environment, limit: Limit);
        Report($"{Pieces} MiB down, {tunnel}", start.Elapsed);
        Assert.Equal(sent, hash.Quietly().Text.Split(' ')[0]);

        await over.CancelAsync();
        var peak = await memory;
        TestContext.Current.TestOutputHelper?.WriteLine($"{Pieces} MiB each way, {tunnel}: sshpod had at most {peak:0} MiB of memory");
        Assert.InRange(peak, 1, ProxyProcess.MostMebibytes);
    }

    /// <summary>Peak memory of any sshpod for a host name, until cancelled.</summary>
    private static async Task<double> WatchMemoryAsync(string host, CancellationToken over)
    {
        double most = 0;
        while (!over.IsCancellationRequested)
        {
            if (ProxyProcess.Find(host)?.PeakMebibytes is { } peak)
                most = Math.Max(most, peak);
            await Task.Delay(TimeSpan.FromMilliseconds(300), over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        return most;
    }

    [Theory]
    [InlineData("port-forward")]
    [InlineData("exec")]
    public async Task A_stream_that_is_cut_at_random_moments_has_the_same_hash_at_both_ends_and_leaves_nothing(string tunnel)
    {
        var pod = $"endurance-cuts-{tunnel}";
        await cluster.CreatePodAsync(pod, "debian:12");
        var (workstation, relay) = await Outage.PutBehindRelayAsync(cluster, tunnel);
        await using var _ = workstation;
        await using var __ = relay;
        var bytes = RandomNumberGenerator.GetBytes(Piece);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var i = 0; i < CutPieces; i++)
            hash.AppendData(bytes);
        var expected = Convert.ToHexStringLower(hash.GetHashAndReset());
        await File.WriteAllBytesAsync(workstation.File("piece"), bytes);
        (await workstation.RunAsync("scp", "-q", "-F", workstation.SshConfig, workstation.File("piece"),
            $"root@{workstation.Host($"pod--{pod}")}:/tmp/piece")).Quietly();

        foreach (var up in new[] { true, false })
        {
            var ssh = $"{workstation.SshCommand} root@{workstation.Host($"pod--{pod}")}";
            var pieces = $"i=0; while [ $i -lt {CutPieces} ]; do cat {(up ? workstation.File("piece") : "/tmp/piece")}; i=$((i+1)); done";
            // More cuts than there will be in most runs: they go on for as long as it takes.
            var stream = Run.ProgramAsync("sh", ["-c", up ? $"({pieces}) | {ssh} sha256sum" : $"{ssh} '{pieces}' | sha256sum"],
                workstation.Environment, limit: TimeSpan.FromMinutes(3 + CutPieces / 8));
            var cuts = await Outage.CutAsync(Outage.NotesOf(workstation), relay, stream, Cuts);
            var ended = (await stream).Quietly();
            Assert.StartsWith(expected, ended.Text, StringComparison.Ordinal);
            FaultReport.GoesOn($"{cuts} cuts in {CutPieces} MiB {(up ? "up" : "down")}, {tunnel}", ended.Time, TimeSpan.MaxValue);
        }
        await Outage.NothingIsLeftAsync(cluster, pod);
        Assert.Empty(Directory.GetFiles(workstation.File("cache/sshpod/resume")));
        Assert.Null(ProxyProcess.Find(workstation.Host($"pod--{pod}")));
    }

    [Theory]
    [InlineData("port-forward")]
    [InlineData("exec")]
    public async Task Short_sessions_in_a_row_without_one_failure(string tunnel)
    {
        await using var workstation = await UserAsync(tunnel);
        var start = Stopwatch.StartNew();
        for (var i = 0; i < Sessions; i++)
            Assert.Equal($"{i}\n", (await workstation.SshAsync("pod--busybox", $"echo {i}")).Quietly().Text);
        Report($"{Sessions} sessions, {tunnel}", start.Elapsed);
    }

    [Fact]
    public async Task A_session_with_idle_gaps_goes_on()
    {
        // Both at once, since it may take hours.
        await Task.WhenAll(IdleAsync("port-forward"), IdleAsync("exec"));
    }

    private async Task IdleAsync(string tunnel)
    {
        await using var workstation = await UserAsync(tunnel);
        var gap = IdleSeconds / 3;
        var result = await Run.ProgramAsync("ssh", Ssh(workstation, "pod--busybox", $"for i in 1 2 3; do sleep {gap}; echo $i; done"),
            workstation.Environment, limit: TimeSpan.FromSeconds(IdleSeconds + 60));
        Assert.Equal("1\n2\n3\n", result.Quietly().Text);
        Report($"{IdleSeconds} s with idle gaps of {gap} s, {tunnel}", result.Time);
    }

    private static async Task<string> StreamAsync(
        Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> write, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[Piece];
        for (long i = 0, number = 0; i < Pieces; i++)
        {
            for (var at = 0; at < Piece; at += sizeof(long))
                BitConverter.TryWriteBytes(buffer.AsSpan(at), number++);
            hash.AppendData(buffer);
            await write(buffer, cancellation);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Report(string what, TimeSpan time) =>
        TestContext.Current.TestOutputHelper?.WriteLine($"{what}: {time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s");

    private static string[] Ssh(Workstation workstation, string target, string command) => ["-F", workstation.SshConfig,
        $"root@{workstation.Host(target)}", command];

    private static int Setting(string variable, int usual) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? int.Parse(value, CultureInfo.InvariantCulture) : usual;

    private async Task<Workstation> UserAsync(string tunnel)
    {
        var workstation = await Workstation.SetUpAsync(cluster);
        workstation.Environment["SSHPOD_TUNNEL"] = tunnel;
        return workstation;
    }
}
