using System.Text;
using Sshpod.Server;
using Sshpod.Streams;
using Sshpod.Terminal;
using Sshpod.Tests.Tunnels.Resuming;
using Sshpod.Tunnels;
using Sshpod.Tunnels.Resuming;

namespace Sshpod.Tests.Tunnels;

public class ResumableTunnelTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly FakeHolder _holder = new();

    [Fact]
    public async Task Ssh_gets_the_banner_and_both_directions()
    {
        await using var tunnel = await OpenAsync();
        await tunnel.WriteAsync("hello"u8.ToArray(), default);
        await _holder.SayAsync("world"u8.ToArray());
        var heard = await ReadAsync(tunnel, _holder.Opening + 5);
        Assert.StartsWith($"{_holder.Banner}\r\n", heard, StringComparison.Ordinal);
        Assert.EndsWith("world", heard, StringComparison.Ordinal);
        await UntilAsync(() => _holder.Heard.Count == 5);
        Assert.Equal(1, _holder.Dialled);
    }

    [Fact]
    public async Task No_byte_is_lost_or_doubled_wherever_the_stream_is_cut()
    {
        // Greeting and handshake are 150 bytes: each of their bytes, each of a first frame's, and some behind.
        for (var cut = 66; cut < 500; cut++)
        {
            var (holder, first) = (new FakeHolder(), cut);
            holder.Breaks = () => (first, first = int.MaxValue) is var (now, _) ? now : 0;
            await ExchangeAsync(holder, 90, seed: cut);
            Assert.InRange(holder.Dialled, 1, 3);
        }
    }

    [Fact]
    public async Task No_byte_is_lost_or_doubled_by_hundreds_of_cuts()
    {
        var random = new Random(1);
        // The first answer has to get through behind all that may be sent before it, also if it takes more than one stream.
        _holder.Breaks = () => _holder.IsAsked ? random.Next(170, 9000) : ResumingLimits.FirstWindow + 20_000;
        await ExchangeAsync(_holder, 500_000, seed: 2);
        Assert.InRange(_holder.Events.Count(what => what == "resume"), 50, 5000);
    }

    [Fact]
    public async Task Ssh_that_ends_tells_the_server_and_waits_for_it_to_close()
    {
        var tunnel = await OpenAsync();
        await tunnel.WriteAsync("hello"u8.ToArray(), default);
        await tunnel.CompleteAsync(default);
        await ReadToEndAsync(tunnel);
        await tunnel.DisposeAsync();
        Assert.True(_holder.IsForgotten);
        Assert.Equal(["new", "end 5", "bye"], _holder.Events);
    }

    [Fact]
    public async Task Nobody_waits_for_a_runtime_that_ends_a_stream_only_when_both_directions_have_ended()
    {
        var holder = new FakeHolder { ClosesLast = true };
        var tunnel = await OpenAsync(holder);
        await tunnel.WriteAsync("hello"u8.ToArray(), default);
        await tunnel.CompleteAsync(default);
        await ReadToEndAsync(tunnel);
        await tunnel.EndAsync(default);
        Assert.True(holder.IsForgotten);
        Assert.True(holder.IsHalfClosed);
        await tunnel.DisposeAsync();
    }

    [Fact]
    public async Task A_stream_that_ends_as_a_whole_ends_once_the_server_has_answered_the_end()
    {
        var answer = new TaskCompletionSource();
        var holder = new FakeHolder { HasHalfClose = false, ClosesLast = true, Pause = answer.Task };
        await using var tunnel = await OpenAsync(holder);
        await tunnel.WriteAsync("hello"u8.ToArray(), default);
        await tunnel.CompleteAsync(default);
        answer.SetResult();
        await ReadToEndAsync(tunnel);
        await tunnel.EndAsync(default);
        Assert.True(holder.IsHalfClosed);
    }

    [Fact]
    public async Task Such_a_stream_waits_for_the_server_where_its_end_has_crossed_ours()
    {
        var holder = new FakeHolder { HasHalfClose = false };
        await using var tunnel = await OpenAsync(holder);
        await tunnel.WriteAsync("hello"u8.ToArray(), default);
        await ReadAsync(tunnel, holder.Opening);
        await UntilAsync(() => holder.Heard.Count == 5);
        // Our end, and the answer to the server's, are sent together.
        var jam = new TaskCompletionSource();
        holder.Jam = jam.Task;
        var writing = tunnel.WriteAsync("more"u8.ToArray(), default).AsTask();
        var completing = tunnel.CompleteAsync(default).AsTask();
        await holder.EndAsync(0);
        await ReadToEndAsync(tunnel);
        jam.SetResult();
        await Task.WhenAll(writing, completing);
        await tunnel.EndAsync(default);
        Assert.False(holder.IsHalfClosed);
        Assert.Equal(["new", "end 9", "bye"], holder.Events);
    }

    [Fact]
    public async Task Whoever_is_still_writing_adds_nothing_behind_the_end()
    {
        var holder = new FakeHolder { Window = 4096 };
        await using var tunnel = await OpenAsync(holder);
        await tunnel.WriteAsync("hello"u8.ToArray(), default);
        await ReadAsync(tunnel, holder.Opening);
        await UntilAsync(() => holder.Heard.Count == 5);
        holder.Failure = new SshpodException("no network");
        holder.Cut();
        await UntilAsync(() => holder.Dialled > 1);
        // More than there is room for.
        var writing = tunnel.WriteAsync(new byte[3 * holder.Window], default).AsTask();
        await tunnel.CompleteAsync(default);
        Assert.False(await writing.WaitAsync(Patience));
        holder.Failure = null;
        await ReadToEndAsync(tunnel);
        await tunnel.EndAsync(default);
        Assert.Equal(["new", "resume", $"end {holder.Heard.Count}", "bye"], holder.Events);
    }

    [Fact]
    public async Task A_killed_ssh_tells_the_server_too()
    {
        var tunnel = await OpenAsync();
        await tunnel.WriteAsync("hello"u8.ToArray(), default);
        await tunnel.DisposeAsync();
        Assert.Equal(["new", "end 5", "bye"], _holder.Events);
    }

    [Fact]
    public async Task Ssh_that_ends_while_paused_makes_one_more_attempt_to_say_so()
    {
        var tunnel = await OpenAsync();
        await tunnel.WriteAsync("hello"u8.ToArray(), default);
        await UntilAsync(() => _holder.Heard.Count == 5);
        _holder.Failure = new SshpodException("no network");
        _holder.Cut();
        await UntilAsync(() => _holder.Dialled > 5);
        _holder.Failure = null;
        await tunnel.DisposeAsync();
        Assert.Equal("bye", _holder.Events[^1]);
    }

    [Fact]
    public async Task Ssh_that_never_spoke_has_no_connection_to_end()
    {
        var tunnel = await OpenAsync();
        await tunnel.CompleteAsync(default);
        Assert.IsType<StreamEnd.ClosedByPeer>(await tunnel.EndAsync(default));
        await tunnel.DisposeAsync();
        Assert.Empty(_holder.Events);
    }

    [Theory]
    [InlineData(1, "sshpod clean has ended it")]
    [InlineData(2, "it was paused for too long")]
    [InlineData(3, "internal error: the server understands nothing more")]
    [InlineData(4, "too many paused connections in the container")]
    public async Task The_server_says_why_it_ends(byte reason, string line)
    {
        await using var tunnel = await BegunAsync();
        await _holder.EndAsync(reason);
        await ReadToEndAsync(tunnel);
        Assert.Equal(line, Line(await tunnel.EndAsync(default)));
        await UntilAsync(() => _holder.IsForgotten);
    }

    [Fact]
    public async Task What_sshd_said_last_arrives_although_it_ended_during_the_outage()
    {
        await using var tunnel = await BegunAsync();
        _holder.Failure = new SshpodException("no network");
        _holder.Cut();
        await UntilAsync(() => _holder.Dialled > 2);
        await _holder.SayAsync("the last words"u8.ToArray());
        _holder.Failure = null;
        Assert.Equal("the last words", await ReadAsync(tunnel, 14));
        await _holder.EndAsync(0);
        await ReadToEndAsync(tunnel);
        Assert.IsType<StreamEnd.ClosedByPeer>(await tunnel.EndAsync(default));
    }

    [Theory]
    [InlineData(1, "its session has ended there (paused longer than resume allows, sshpod clean, killed, or out of memory)")]
    [InlineData(2, "internal error: positions 5 and 69")]
    public async Task A_server_that_refuses_to_resume_ends_it(byte code, string line)
    {
        await using var tunnel = await BegunAsync();
        _holder.No = code;
        _holder.Cut();
        await ReadToEndAsync(tunnel);
        Assert.Equal(line, Line(await tunnel.EndAsync(default)));
    }

    [Fact]
    public async Task A_server_that_acknowledges_what_was_never_sent_is_not_believed()
    {
        await using var tunnel = await BegunAsync();
        var jam = new TaskCompletionSource();
        _holder.Jam = jam.Task;
        // The first is on its way, the second waits behind it.
        var writing = Task.WhenAll(
            tunnel.WriteAsync("more"u8.ToArray(), default).AsTask(), tunnel.WriteAsync("last"u8.ToArray(), default).AsTask());
        await _holder.SendAsync([2, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 13]);
        await UntilAsync(() => _holder.Dialled > 1);
        jam.SetResult();
        await writing;
        await UntilAsync(() => _holder.Heard.Count == 13);
        Assert.Equal("hellomorelast", Encoding.ASCII.GetString([.. _holder.Heard]));
    }

    [Fact]
    public async Task A_server_that_asks_without_end_and_reads_nothing_costs_no_memory()
    {
        await using var tunnel = await BegunAsync();
        var jam = new TaskCompletionSource();
        _holder.Jam = jam.Task;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        byte[] ping = [3, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1];
        await _holder.SendAsync([.. Enumerable.Repeat(ping, 1_000_000).SelectMany(bytes => bytes)]);
        await _holder.SayAsync("x"u8.ToArray());
        Assert.Equal("x", await ReadAsync(tunnel, 1));
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 100_000_000);
        jam.SetResult();
    }

    [Fact]
    public async Task What_lets_only_the_handshake_pass_is_not_dialled_without_pause()
    {
        await using var tunnel = await BegunAsync();
        // Greeting and banner, the request to resume, and the answer.
        _holder.Breaks = () => 40 + _holder.Banner.Length + 2 + 99 + 33;
        _holder.Cut();
        await UntilAsync(() => _holder.Events.Count(what => what == "resume") > 2);
        var dialled = _holder.Dialled;
        // Of that clock, this is twenty seconds: after 0.5, 1, 2, 4 and 15, or somewhat less.
        await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        Assert.True(_holder.Dialled - dialled < 9, $"{dialled}, then {_holder.State}");
        _holder.Breaks = () => int.MaxValue;
        await GoesOnAsync(tunnel);
    }

    [Fact]
    public async Task A_server_with_too_many_connections_ends_a_new_one()
    {
        _holder.No = 3;
        await using var tunnel = await OpenAsync();
        await tunnel.WriteAsync("hello"u8.ToArray(), default);
        await ReadToEndAsync(tunnel);
        Assert.Equal("too many connections in the container", Line(await tunnel.EndAsync(default)));
    }

    [Fact]
    public async Task A_refusal_by_somebody_else_is_not_believed()
    {
        await using var tunnel = await BegunAsync();
        (_holder.No, _holder.IsStranger) = (1, true);
        _holder.Cut();
        await UntilAsync(() => _holder.Distrusted > 0);
        (_holder.No, _holder.IsStranger) = (0, false);
        await _holder.SayAsync("still here"u8.ToArray());
        Assert.Equal("still here", await ReadAsync(tunnel, 10));
    }

    [Fact]
    public async Task Somebody_who_answers_with_nonsense_ends_nothing_however_often()
    {
        await using var tunnel = await BegunAsync();
        _holder.Impostor = Impostor.TalksNonsense;
        _holder.Cut();
        await UntilAsync(() => _holder.Distrusted > ResumingLimits.Violations);
        await GoesOnAsync(tunnel);
    }

    [Theory]
    [InlineData(Impostor.Closes)]
    [InlineData(Impostor.SaysNothing)]
    public async Task Where_nobody_answers_twice_the_container_is_asked_for_the_server(Impostor impostor)
    {
        await using var tunnel = await BegunAsync();
        _holder.Impostor = impostor;
        _holder.Cut();
        await UntilAsync(() => _holder.Distrusted > 0);
        await GoesOnAsync(tunnel);
    }

    [Theory]
    [InlineData(Impostor.Closes)]
    [InlineData(Impostor.SaysNothing)]
    public async Task The_same_before_there_is_a_connection(Impostor impostor)
    {
        _holder.Impostor = impostor;
        await using var tunnel = await OpenAsync();
        await tunnel.WriteAsync("hello"u8.ToArray(), default);
        await UntilAsync(() => _holder.Distrusted > 0);
        _holder.Impostor = Impostor.None;
        await UntilAsync(() => _holder.Heard.Count == 5);
    }

    [Fact]
    public async Task A_cut_between_greeting_and_answer_is_no_reason_for_distrust()
    {
        await using var tunnel = await BegunAsync();
        for (var outage = 0; outage < 3; outage++)
        {
            var dialled = _holder.Dialled;
            // The greeting passes, and the request to resume does not.
            _holder.Breaks = () => _holder.Dialled == dialled + 1 ? 150 : int.MaxValue;
            _holder.Cut();
            await GoesOnAsync(tunnel);
            Assert.Equal(dialled + 2, _holder.Dialled);
        }
        Assert.Equal(0, _holder.Distrusted);
    }

    [Fact]
    public async Task A_server_that_does_not_offer_to_resume_any_more_is_asked_for_another()
    {
        await using var tunnel = await BegunAsync();
        _holder.IsPlain = true;
        _holder.Cut();
        await UntilAsync(() => _holder.Distrusted > 0);
        _holder.IsPlain = false;
        await GoesOnAsync(tunnel);
    }

    [Fact]
    public async Task What_ssh_takes_while_the_server_answers_is_acknowledged()
    {
        await using var tunnel = await BegunAsync();
        await _holder.SayAsync(new byte[900]);
        await ReadAsync(tunnel, 1);
        // No acknowledgement is under way that could take the next one along.
        var opening = _holder.Opening - _holder.Banner.Length - 2;
        await UntilAsync(() => _holder.Taken == opening);
        var asked = new TaskCompletionSource();
        _holder.Pause = asked.Task;
        _holder.Cut();
        await UntilAsync(() => _holder.IsAsked);
        await ReadAsync(tunnel, 899);
        // Only the next read says that ssh has the last bytes.
        var next = ReadAsync(tunnel, 1);
        asked.SetResult();
        await UntilAsync(() => _holder.Taken == opening + 900);
        await _holder.SayAsync("x"u8.ToArray());
        Assert.Equal("x", await next);
    }

    [Fact]
    public async Task Nothing_of_a_server_that_does_not_know_the_key_reaches_ssh()
    {
        _holder.IsStranger = true;
        await using var tunnel = await OpenAsync();
        await tunnel.WriteAsync("hello"u8.ToArray(), default);
        await _holder.SayAsync("evil"u8.ToArray());
        await UntilAsync(() => _holder.Distrusted > 2);
        _holder.IsStranger = false;
        await UntilAsync(() => _holder.Events[^1] == "new" && _holder.Heard.Count == 5);
        // What the new connection says is ssh's; the other's was not.
        Assert.Equal("evil", (await ReadAsync(tunnel, _holder.Opening + 4))[^4..]);
    }

    [Fact]
    public async Task Without_grace_the_connection_ends_with_its_stream()
    {
        var holder = new FakeHolder { Grace = TimeSpan.Zero };
        await using var tunnel = await OpenAsync(holder, new(TimeSpan.Zero));
        await tunnel.WriteAsync("hello"u8.ToArray(), default);
        await UntilAsync(() => holder.Heard.Count == 5);
        holder.Cut();
        await ReadToEndAsync(tunnel);
        Assert.Equal("it was cut", Assert.IsType<StreamEnd.Broken>(await tunnel.EndAsync(default)).Reason);
        Assert.Equal(1, holder.Dialled);
    }

    [Fact]
    public async Task A_reason_that_cannot_pass_ends_it_at_once()
    {
        await using var tunnel = await BegunAsync();
        _holder.Failure = new ConnectionOverException("the pod was deleted");
        _holder.Cut();
        await ReadToEndAsync(tunnel);
        Assert.Equal("the pod was deleted", Line(await tunnel.EndAsync(default)));
        Assert.Equal(2, _holder.Dialled);
    }

    [Fact]
    public async Task A_cut_before_the_first_answer_begins_anew_unless_another_server_answers()
    {
        var cuts = 0;
        _holder.Breaks = () => cuts++ == 0 ? 160 : int.MaxValue;
        await using (var tunnel = await OpenAsync())
        {
            await tunnel.WriteAsync(new byte[100], default);
            await UntilAsync(() => _holder.Heard.Count == 100);
            Assert.Equal(2, _holder.Dialled);
        }
        cuts = 0;
        await using var other = await OpenAsync();
        _holder.Banner = $"SSH-2.0-OpenSSH_9.9 {FakeHolder.HostKey.Tail}";
        await other.WriteAsync(new byte[100], default);
        await ReadToEndAsync(other);
        Assert.Equal("another server answered", Line(await other.EndAsync(default)));
    }

    [Fact]
    public async Task A_server_that_does_not_keep_to_the_protocol_is_left_after_three_times()
    {
        await using var tunnel = await BegunAsync();
        var end = tunnel.EndAsync(default).AsTask();
        while (!end.IsCompleted)
        {
            var resumed = _holder.Events.Count;
            await _holder.SendAsync([99, 0, 0, 0]);
            await Task.WhenAny(end, UntilAsync(() => _holder.Events.Count > resumed));
        }
        Assert.StartsWith("internal error: a frame of type 99", Line(await end), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_does_not_offer_it_is_served_as_it_is()
    {
        _holder.IsPlain = true;
        await using var tunnel = await OpenAsync();
        Assert.IsType<Tunnel>(tunnel);
        Assert.Equal($"{_holder.Banner}\r\n", await ReadAsync(tunnel, _holder.Banner.Length + 2));
    }

    [Fact]
    public async Task Dead_connections_are_abandoned_in_the_first_flight_and_then_forgotten()
    {
        var forgotten = 0;
        byte[] id = [.. Enumerable.Repeat((byte)5, 16)];
        await using var tunnel = await OpenAsync(_holder, new(TimeSpan.FromHours(1))
        {
            Dead = () => [new DeadTunnel(id, new byte[32], () => forgotten++)],
        });
        await tunnel.WriteAsync("hello"u8.ToArray(), default);
        await UntilAsync(() => forgotten == 1);
        Assert.Equal(["new", $"abandon {Convert.ToHexString(id)}"], _holder.Events);
    }

    [Fact]
    public async Task Dead_connections_are_forgotten_by_one_that_is_over_at_once()
    {
        var forgotten = 0;
        var tunnel = await OpenAsync(_holder, new(TimeSpan.FromHours(1))
        {
            Dead = () => [new DeadTunnel(new byte[16], new byte[32], () => forgotten++)],
        });
        await tunnel.WriteAsync("hello"u8.ToArray(), default);
        await tunnel.CompleteAsync(default);
        await ReadToEndAsync(tunnel);
        await tunnel.DisposeAsync();
        Assert.Equal(1, forgotten);
    }

    [Fact]
    public async Task A_ticket_is_kept_until_the_server_has_forgotten_the_connection()
    {
        var ticket = new Ticket();
        var options = new ResumeOptions(TimeSpan.FromHours(1)) { Ticket = (_, _) => ticket };
        var tunnel = await OpenAsync(_holder, options);
        await tunnel.WriteAsync("hello"u8.ToArray(), default);
        await tunnel.CompleteAsync(default);
        await ReadToEndAsync(tunnel);
        await tunnel.DisposeAsync();
        Assert.True(ticket.IsDisposed);

        Ticket? refused = null;
        tunnel = await OpenAsync(_holder, options with { Ticket = (_, _) => refused = new Ticket() });
        await tunnel.WriteAsync("hello"u8.ToArray(), default);
        await UntilAsync(() => refused is not null);
        _holder.No = 1;
        _holder.Cut();
        await ReadToEndAsync(tunnel);
        await tunnel.DisposeAsync();
        Assert.True(refused!.IsDisposed);
        _holder.No = 0;

        Ticket? left = null;
        tunnel = await OpenAsync(_holder, options with { Ticket = (_, _) => left = new Ticket() });
        await tunnel.WriteAsync("hello"u8.ToArray(), default);
        await UntilAsync(() => left is not null);
        _holder.Failure = new SshpodException("no network");
        _holder.Cut();
        await tunnel.DisposeAsync();
        Assert.False(left!.IsDisposed);
    }

    private async Task GoesOnAsync(Duplex tunnel)
    {
        _holder.Impostor = Impostor.None;
        await _holder.SayAsync("still here"u8.ToArray());
        Assert.Equal("still here", await ReadAsync(tunnel, 10));
    }

    private Task<Duplex> OpenAsync(FakeHolder? holder = null, ResumeOptions? options = null) =>
        ConnectAsync(holder ?? _holder, options ?? new ResumeOptions(TimeSpan.FromHours(1)));

    private static async Task<Duplex> ConnectAsync(FakeHolder holder, ResumeOptions options)
    {
        while (true)
            try
            {
                return ResumableTunnel.Over(
                    await holder.OpenAsync(default), holder, options with { Time = new FastTime() }, FakeHolder.ClientKey);
            }
            catch (UnresponsiveServerException e) when (e.IsCut)
            {
                // The first greeting was cut.
            }
    }

    private async Task<Duplex> BegunAsync()
    {
        var tunnel = await OpenAsync();
        await tunnel.WriteAsync("hello"u8.ToArray(), default);
        await ReadAsync(tunnel, _holder.Opening);
        await UntilAsync(() => _holder.Heard.Count == 5);
        return tunnel;
    }

    /// <summary>Sends so many bytes each way at the same time, and compares.</summary>
    private static async Task ExchangeAsync(FakeHolder holder, int size, int seed)
    {
        var random = new Random(seed);
        var (up, down) = (new byte[size], new byte[size]);
        random.NextBytes(up);
        random.NextBytes(down);
        await using var tunnel = await ConnectAsync(holder, new(TimeSpan.FromHours(1)));
        var writing = Task.Run(async () =>
        {
            for (var at = 0; at < size;)
            {
                var count = Math.Min(size - at, 1 + at % 3000);
                Assert.True(await tunnel.WriteAsync(up.AsMemory(at, count), default));
                at += count;
            }
        });
        var saying = Task.Run(async () =>
        {
            for (var at = 0; at < size; at += 5000)
                await holder.SayAsync(down[at..Math.Min(size, at + 5000)]);
        });
        // Whoever fails says why, and not whoever waits for him.
        var failed = new TaskCompletionSource<int>();
        foreach (var task in new[] { writing, saying })
            _ = task.ContinueWith(faulted => failed.TrySetException(faulted.Exception!.InnerExceptions), default,
                TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        var (received, at) = (new byte[holder.Opening + size], 0);
        try
        {
            while (at < received.Length)
            {
                var reading = tunnel.ReadAsync(received.AsMemory(at), default).AsTask();
                var count = await (await Task.WhenAny(reading, failed.Task).WaitAsync(Patience));
                if (count == 0)
                    Assert.Fail($"{await tunnel.EndAsync(default)}; {holder.State}");
                at += count;
            }
            Assert.Equal(down, received[^size..]);
            await Task.WhenAll(writing, saying).WaitAsync(Patience);
            await UntilAsync(() => holder.Heard.Count >= size);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            throw new TimeoutException(
                $"{at} of {received.Length} read, writing {writing.Status}, saying {saying.Status}; {holder.State}", e);
        }
        Assert.Equal(up, holder.Heard);
    }

    private static async Task<string> ReadAsync(Duplex tunnel, int size)
    {
        var (buffer, length) = (new byte[size], 0);
        for (int count; length < size
            && (count = await tunnel.ReadAsync(buffer.AsMemory(length), default).AsTask().WaitAsync(Patience)) > 0;)
            length += count;
        return Encoding.ASCII.GetString(buffer, 0, length);
    }

    private static async Task ReadToEndAsync(Duplex tunnel)
    {
        while (await ReadAsync(tunnel, 1000) is { Length: > 0 })
        {
        }
    }

    private static string Line(StreamEnd end) => Assert.IsType<StreamEnd.Refused>(end).Reason.Message;

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!condition())
            await Task.Delay(5, limit.Token);
    }

    private sealed class Ticket : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
