using System.Text;
using Sshpod.Streams;

namespace Sshpod.Tests.Server;

/// <summary>An exec of a container that sends a text, and then the same bytes again and again.</summary>
/// <param name="text">The text.</param>
/// <param name="again">The bytes; null for none.</param>
/// <param name="pause">Before each time.</param>
internal sealed class FakeExec(string text, byte[]? again = null, TimeSpan? pause = null) : Duplex
{
    private readonly byte[] _text = Encoding.UTF8.GetBytes(text);
    private int _position;

    public TimeSpan Pause { get; init; }

    public int Pieces { get; private set; }

    public bool IsExplained { get; init; } = true;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        if (_position == _text.Length && again is null)
            return 0;
        if (_position == _text.Length)
            await Task.Delay(pause ?? TimeSpan.Zero, cancellation);
        var bytes = _position < _text.Length ? _text.AsMemory(_position) : again;
        var count = Math.Min(buffer.Length, bytes.Length);
        bytes[..count].CopyTo(buffer);
        _position = Math.Min(_text.Length, _position + count);
        return count;
    }

    public override async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        Pieces++;
        await Task.Delay(Pause, cancellation);
        return true;
    }

    public override ValueTask CompleteAsync(CancellationToken cancellation) => ValueTask.CompletedTask;

    public override async ValueTask<StreamEnd> EndAsync(CancellationToken cancellation)
    {
        if (!IsExplained)
            await Task.Delay(Timeout.Infinite, cancellation);
        return new StreamEnd.Finished();
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
