using System.IO.Pipelines;
using System.Text;
using Sshpod.Streams;

namespace Sshpod.Tests.Streams;

public class StdioPumpTests
{
    [Fact]
    public async Task What_ssh_says_arrives_behind_what_goes_first_and_its_end_is_passed_on()
    {
        var (ssh, far) = (new Side(), new Side());
        await ssh.SayAsync("hello");
        ssh.HangUp();
        far.OnComplete = far.HangUp;
        Assert.True(await new StdioPump(ssh, far, "first "u8.ToArray()).RunAsync(default));
        Assert.Equal("first hello", await far.HeardAsync());
        Assert.True(far.IsComplete);
    }

    [Fact]
    public async Task What_the_server_says_before_it_hangs_up_still_reaches_ssh()
    {
        var (ssh, far) = (new Side(), new Side());
        await far.SayAsync("bye");
        far.HangUp();
        Assert.False(await new StdioPump(ssh, far, default).RunAsync(default));
        Assert.Equal("bye", await ssh.HeardAsync());
    }

    [Fact]
    public async Task A_server_that_closes_after_ssh_did_does_not_count_as_broken()
    {
        var (ssh, far) = (new Side(), new Side());
        far.HangUp();
        ssh.HangUp();
        Assert.True(await new StdioPump(ssh, far, default).RunAsync(default));
    }

    [Fact]
    public async Task Ssh_that_takes_no_more_has_ended_the_connection()
    {
        var (ssh, far) = (new Side { TakesNoMore = true }, new Side());
        await far.SayAsync("for nobody");
        Assert.True(await new StdioPump(ssh, far, default).RunAsync(default));
    }

    [Fact]
    public async Task A_tunnel_that_accepts_no_more_is_still_read_to_its_end()
    {
        var (ssh, far) = (new Side(), new Side { TakesNoMore = true });
        await ssh.SayAsync("lost");
        await far.SayAsync("why it ended");
        var run = new StdioPump(ssh, far, default).RunAsync(default);
        Assert.False(run.IsCompleted);
        far.HangUp();
        Assert.False(await run);
        Assert.Equal("why it ended", await ssh.HeardAsync());
    }

    [Fact]
    public async Task An_ssh_that_is_gone_ends_the_connection_while_the_tunnel_takes_nothing()
    {
        var (ssh, far) = (new Side(), new Side { IsStuck = true });
        var isGone = false;
        await ssh.SayAsync("more than there is room for");
        ssh.HangUp();
        var run = new StdioPump(ssh, far, default, () => isGone).RunAsync(default);
        Assert.False(run.IsCompleted);
        isGone = true;
        Assert.True(await run.WaitAsync(TimeSpan.FromSeconds(30)));
        // What there was no room for never follows.
        await far.GivenUp.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    /// <summary>One side of the pump, as its peer sees it.</summary>
    private sealed class Side : Duplex
    {
        private readonly Pipe _said = new(), _heard = new();

        public Action? OnComplete { get; set; }

        public bool TakesNoMore { get; init; }

        public bool IsStuck { get; init; }

        public TaskCompletionSource GivenUp { get; } = new();

        public bool IsComplete { get; private set; }

        public async Task SayAsync(string text) => await _said.Writer.WriteAsync(Encoding.UTF8.GetBytes(text));

        public void HangUp() => _said.Writer.Complete();

        public async Task<string> HeardAsync()
        {
            await _heard.Writer.CompleteAsync();
            return await new StreamReader(_heard.Reader.AsStream()).ReadToEndAsync();
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation) =>
            _said.Reader.AsStream(true).ReadAsync(buffer, cancellation);

        public override async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
        {
            if (IsStuck)
            {
                await Task.Delay(Timeout.Infinite, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                GivenUp.SetResult();
            }
            if (!TakesNoMore)
                await _heard.Writer.WriteAsync(bytes, cancellation);
            return !TakesNoMore;
        }

        public override ValueTask CompleteAsync(CancellationToken cancellation)
        {
            IsComplete = true;
            OnComplete?.Invoke();
            return ValueTask.CompletedTask;
        }

        public override ValueTask<StreamEnd> EndAsync(CancellationToken cancellation) =>
            ValueTask.FromResult<StreamEnd>(new StreamEnd.ClosedByPeer());

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
