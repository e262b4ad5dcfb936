namespace Sshpod.Tunnels.Resuming;

/// <summary>What the messages of a stream mean.</summary>
internal interface IFrameSink
{
    /// <summary>The server's answer to NEW or RESUME, which comes once, before the frames.</summary>
    void Answer(ReadOnlySpan<byte> message);

    /// <summary>Some bytes of a DATA frame: positions count bytes, so half a frame is as good as a whole one.</summary>
    void Data(ReadOnlySpan<byte> bytes);

    /// <summary>A whole frame of another type.</summary>
    void Control(FrameType type, ReadOnlySpan<byte> payload);
}

/// <summary>Takes the bytes of one attachment apart, however they are cut.</summary>
/// <param name="sink">Gets what they say.</param>
internal sealed class FrameReader(IFrameSink sink)
{
    private readonly byte[] _message = new byte[Math.Max(ResumeHandshake.MaxAnswer, Frame.HeadSize + Frame.MaxControl)];
    private int _length, _data;

    /// <summary>Whether the answer has been read.</summary>
    public bool IsAnswered { get; private set; }

    /// <summary>Takes bytes in order.</summary>
    /// <exception cref="InvalidDataException">They are not of this protocol.</exception>
    public void Take(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_data > 0)
            {
                var part = bytes[..Math.Min(_data, bytes.Length)];
                _data -= part.Length;
                bytes = bytes[part.Length..];
                sink.Data(part);
                continue;
            }
            var missing = Math.Min(Needed() - _length, bytes.Length);
            bytes[..missing].CopyTo(_message.AsSpan(_length));
            _length += missing;
            bytes = bytes[missing..];
            if (_length == Needed())
                Read();
        }
    }

    /// <summary>How long the message is, as far as can be told from what has come of it.</summary>
    private int Needed()
    {
        if (!IsAnswered)
            return _length == 0 ? 1 : ResumeHandshake.LengthOfAnswer(_message[0]);
        if (_length < Frame.HeadSize)
            return Frame.HeadSize;
        var (type, length) = ((FrameType)_message[0], Frame.LengthOf(_message));
        return !Frame.IsValid(type, length) ? throw new InvalidDataException($"a frame of type {(int)type} with {length} bytes")
            : type == FrameType.Data ? Frame.HeadSize : Frame.HeadSize + length;
    }

    private void Read()
    {
        var message = _message.AsSpan(0, _length);
        _length = 0;
        if (!IsAnswered)
        {
            IsAnswered = true;
            sink.Answer(message);
        }
        else if (message[0] == (byte)FrameType.Data)
            _data = Frame.LengthOf(message);
        else
            sink.Control((FrameType)message[0], message[Frame.HeadSize..]);
    }
}
