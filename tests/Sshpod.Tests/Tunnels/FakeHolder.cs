using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;
using Sshpod.Clusters.Objects;
using Sshpod.Server;
using Sshpod.Ssh;
using Sshpod.Streams;
using Sshpod.Tunnels;

#pragma warning disable CA1001 // What waits and what cancels is memory alone here, and goes with the test.

namespace Sshpod.Tests.Tunnels;

/// <summary>
/// What holds a connection in the container, written anew from the protocol: it says what <see cref="SayAsync"/> is given, behind a key
/// exchange that shows the host key, hears <see cref="Heard"/>, and can be reached as long as <see cref="Failure"/> is null. Each of its
/// streams breaks after as many bytes as <see cref="Breaks"/> says.
/// </summary>
internal sealed class FakeHolder : IWayBack
{
    public static readonly PublicKey HostKey = PublicKey.Parse(
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl")!;

    public static readonly PublicKey ClientKey = PublicKey.Parse(
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIP/////VzrnkSdG6UOoqKLsabgH5C9okWi0dh2l9GKJl")!;

    private static readonly PodContainer Container = new("default", "x", "uid", "main", "id");

    // RFC 4253: a packet with KEXINIT (20), which is cut short here, and the reply (31) with the host key.
    private static readonly byte[] Blob = Convert.FromBase64String($"{HostKey}".Split(' ')[1]);
    private static readonly byte[] KeyExchange =
        [0, 0, 0, 4, 2, 20, 0, 0, 0, 0, 0, (byte)(Blob.Length + 6), 0, 31, 0, 0, 0, (byte)Blob.Length, .. Blob];

    private readonly byte[] _clientKey = RandomNumberGenerator.GetBytes(32);
    private readonly SemaphoreSlim _one = new(1);
    private readonly List<byte> _says = [.. KeyExchange];
    private byte[] _id = [], _key = [];
    private Task _serving = Task.CompletedTask;
    private Link? _link;

    /// <summary>All that it has got, in order.</summary>
    public List<byte> Heard { get; } = [];

    /// <summary>What happened, for tests that count.</summary>
    public List<string> Events { get; } = [];

    public TimeSpan Grace { get; init; } = TimeSpan.FromHours(1);

    public int Window { get; init; } = 1024 * 1024;

    /// <summary>How many bytes its next stream carries, both ways together.</summary>
    public Func<int> Breaks { get; set; } = () => int.MaxValue;

    /// <summary>Why it cannot be reached.</summary>
    public Exception? Failure { get; set; }

    /// <summary>What it refuses with; 0 for nothing.</summary>
    public byte No { get; set; }

    /// <summary>What somebody in its place does once greeted.</summary>
    public Impostor Impostor { get; set; }

    /// <summary>What it waits for before it answers to RESUME or END.</summary>
    public Task Pause { get; set; } = Task.CompletedTask;

    /// <summary>Whether RESUME has come.</summary>
    public bool IsAsked { get; private set; }

    /// <summary>Up to where the client has said that ssh has what it was sent.</summary>
    public long Taken { get; private set; }

    /// <summary>Whether its stream ends only when the client's direction has, as where a runtime waits for both.</summary>
    public bool ClosesLast { get; init; }

    /// <summary>Whether its streams have an end of one direction.</summary>
    public bool HasHalfClose { get; init; } = true;

    /// <summary>What its streams wait for before they take anything.</summary>
    public Task Jam { get; set; } = Task.CompletedTask;

    /// <summary>Whether it knows the key.</summary>
    public bool IsStranger { get; set; }

    public bool IsPlain { get; set; }

    public bool IsForgotten { get; private set; }

    public int Distrusted { get; private set; }

    public int Dialled { get; private set; }

    public string Banner { get; set; } = $"SSH-2.0-OpenSSH_10.0 {HostKey.Tail}";

    /// <summary>How many bytes ssh gets before what <see cref="SayAsync"/> is given.</summary>
    public int Opening => Banner.Length + 2 + KeyExchange.Length;

    public void Distrust() => Distrusted++;

    /// <summary>Whether the client has ended its direction of the stream, and still read.</summary>
    public bool IsHalfClosed => _link?.IsCompleted == true;

    /// <summary>How things are, for tests that wait in vain.</summary>
    public string State => $"dialled {Dialled}, distrusted {Distrusted}, heard {Heard.Count}, says {_says.Count}, has sent {_link?.Sent}, "
        + $"{(_link?.IsOn == true ? "on" : "off")}, {(_link?.IsBroken == true ? "broken" : "whole")}: "
        + string.Join(' ', Events.ToArray().TakeLast(10));

    public void Cut() => _link?.Break();

    public async Task<Tunnel> OpenAsync(CancellationToken cancellation)
    {
        Dialled++;
        if (Failure is not null)
            throw Failure;
        var link = new Link(this, Breaks());
        _link?.Break();
        _link = link;
        _serving = ServeAsync(link, _serving);
        return await Tunnel.OpenAsync(link.Near, Container, new(HostKey, new ResumeKey(_clientKey)), "here", TimeSpan.FromSeconds(5),
            cancellation);
    }

    public async Task SayAsync(byte[] bytes)
    {
        await _one.WaitAsync();
        try
        {
            _says.AddRange(bytes);
            if (_link is { IsOn: true } link)
                await SendAsync(link);
        }
        finally
        {
            _one.Release();
        }
    }

    public async Task EndAsync(byte reason)
    {
        if (_link is { } link)
            await link.SendAsync(Frame(5, [.. Number(_says.Count), reason]));
    }

    public async Task SendAsync(byte[] bytes) => await _link!.SendAsync(bytes);

    private async Task ServeAsync(Link link, Task before)
    {
        var nonceS = RandomNumberGenerator.GetBytes(16);
        await link.SendAsync(Encoding.ASCII.GetBytes(
            $"{(IsPlain ? "" : $"sshpod-resume 1 {Convert.ToBase64String(nonceS)[..22]}\r\n")}{Banner}\r\n"));
        var start = await link.TakeAsync(3);
        // Nothing of an older stream counts any more. The next one waits for this one only.
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (start is null)
            return;
        switch (Impostor)
        {
            case Impostor.Closes:
                link.Break();
                return;
            case Impostor.SaysNothing:
                return;
            case Impostor.TalksNonsense:
                await link.SendAsync("X"u8.ToArray());
                return;
        }
        if (start[1] == 'N')
        {
            if (await link.TakeAsync(72) is not { } rest || !IsMac(_clientKey, "new", [.. nonceS, .. start, .. rest[..56]], rest[56..]))
                return;
            var nonceC = rest[32..48];
            if (No > 0)
            {
                await RefuseAsync(link, nonceS, nonceC, new byte[16]);
                return;
            }
            Heard.Clear();
            _id = RandomNumberGenerator.GetBytes(16);
            _key = Digest(_clientKey, "key", [.. nonceS, .. nonceC, .. _id]);
            byte[] welcome = [(byte)'W', .. _id, .. Number((int)Grace.TotalSeconds)[4..], .. Number(Window)[4..]];
            await link.SendAsync([.. welcome, .. Mac(IsStranger ? _clientKey : _key, "welcome", welcome)]);
            Events.Add("new");
            link.Sent = 0;
        }
        else
        {
            if (await link.TakeAsync(96) is not { } rest || !IsMac(_key, "resume", [.. nonceS, .. start, .. rest[..80]], rest[80..]))
                return;
            var nonceC = rest[48..64];
            if (No > 0)
            {
                await RefuseAsync(link, nonceS, nonceC, _id);
                return;
            }
            Taken = Math.Max(Taken, BinaryPrimitives.ReadInt64BigEndian(rest.AsSpan(72)));
            IsAsked = true;
            await Pause;
            link.Sent = (int)BinaryPrimitives.ReadInt64BigEndian(rest.AsSpan(64));
            byte[] resumed = [(byte)'S', .. Number(Heard.Count), .. Number(Heard.Count)];
            await link.SendAsync([.. resumed, .. Mac(IsStranger ? _clientKey : _key, "resumed", [.. nonceS, .. nonceC, .. resumed])]);
            Events.Add("resume");
        }
        await _one.WaitAsync();
        try
        {
            link.IsOn = true;
            await SendAsync(link);
        }
        finally
        {
            _one.Release();
        }
        await ReadAsync(link);
    }

    private async Task ReadAsync(Link link)
    {
        while (await link.TakeAsync(4) is { } head)
        {
            var left = head[1] << 16 | head[2] << 8 | head[3];
            if (head[0] == 1)
            {
                // Byte by byte: a frame that is cut counts as far as it has come.
                for (; left > 0 && await link.TakeAsync(1) is [var one]; left--)
                    Heard.Add(one);
                await link.SendAsync(Frame(2, Number(Heard.Count)));
                continue;
            }
            if (await link.TakeAsync(left) is not { } payload)
                return;
            switch (head[0])
            {
                case 2:
                    Taken = Math.Max(Taken, BinaryPrimitives.ReadInt64BigEndian(payload));
                    break;
                case 3:
                    await link.SendAsync(Frame(4, payload));
                    break;
                case 5:
                    Events.Add($"end {BinaryPrimitives.ReadInt64BigEndian(payload)}");
                    await Pause;
                    await EndAsync(0);
                    break;
                case 6:
                    Events.Add("bye");
                    IsForgotten = true;
                    if (!ClosesLast)
                        link.Break();
                    // Or there is nothing more to take.
                    await link.TakeAsync(1);
                    link.Break();
                    return;
                case 7:
                    Events.Add($"abandon {Convert.ToHexString(payload[..16])}");
                    break;
            }
        }
    }

    // With _one held.
    private async Task SendAsync(Link link)
    {
        while (link.Sent < _says.Count)
        {
            var data = _says.GetRange(link.Sent, Math.Min(1000, _says.Count - link.Sent)).ToArray();
            link.Sent += data.Length;
            await link.SendAsync(Frame(1, data));
        }
    }

    private Task RefuseAsync(Link link, byte[] nonceS, byte[] nonceC, byte[] id) => link.SendAsync(
        [(byte)'N', No, .. Mac(IsStranger ? new byte[32] : _clientKey, "no", [.. nonceS, .. nonceC, .. id, No])]);

    private static byte[] Frame(byte type, byte[] payload) =>
        [type, (byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length, .. payload];

    private static byte[] Number(long number)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        return bytes;
    }

    private static bool IsMac(byte[] key, string label, byte[] parts, byte[] mac) => Mac(key, label, parts).SequenceEqual(mac);

    private static byte[] Mac(byte[] key, string label, byte[] parts) => Digest(key, label, parts)[..16];

    private static byte[] Digest(byte[] key, string label, byte[] parts) =>
        HMACSHA256.HashData(key, (byte[])[.. Encoding.ASCII.GetBytes($"sshpod-resume-1{label}"), .. parts]);

    /// <summary>A stream that breaks.</summary>
    private sealed class Link(FakeHolder holder, int bytes)
    {
        private readonly Pipe _up = new(new(pauseWriterThreshold: 0)), _down = new(new(pauseWriterThreshold: 0));
        private readonly Lock _lock = new();
        private int _left = bytes;

        public Duplex Near => new End(this, holder);

        public bool IsBroken { get; private set; }

        public bool IsCompleted { get; private set; }

        /// <summary>Whether it carries the connection.</summary>
        public bool IsOn { get; set; }

        public int Sent { get; set; }

        // What was sent before still arrives.
        public void Break()
        {
            lock (_lock)
            {
                IsBroken = true;
                _up.Writer.Complete();
                _down.Writer.Complete();
            }
        }

        public void Complete()
        {
            lock (_lock)
            {
                IsCompleted = true;
                _up.Writer.Complete();
            }
            if (!holder.HasHalfClose)
                Break();
        }

        public Task SendAsync(byte[] data)
        {
            Put(_down, data);
            return Task.CompletedTask;
        }

        public async Task<byte[]?> TakeAsync(int count)
        {
            if (count == 0)
                return [];
            var result = await _up.Reader.ReadAtLeastAsync(count);
            if (result.Buffer.Length < count)
            {
                _up.Reader.AdvanceTo(result.Buffer.Start);
                return null;
            }
            var taken = System.Buffers.BuffersExtensions.ToArray(result.Buffer.Slice(0, count));
            _up.Reader.AdvanceTo(result.Buffer.GetPosition(count));
            return taken;
        }

        private bool Put(Pipe pipe, ReadOnlyMemory<byte> data)
        {
            lock (_lock)
            {
                if (IsBroken || (IsCompleted && pipe == _up))
                    return false;
                var passed = Math.Min(_left, data.Length);
                _left -= passed;
                // There is always room.
                _ = pipe.Writer.WriteAsync(data[..passed]).AsTask();
                if (_left == 0)
                    Break();
                return !IsBroken;
            }
        }

        private sealed class End(Link link, FakeHolder holder) : Duplex
        {
            public override bool HasHalfClose => holder.HasHalfClose;

            public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation) =>
                link._down.Reader.AsStream(true).ReadAsync(buffer, cancellation);

            public override async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
            {
                await holder.Jam.WaitAsync(cancellation);
                return link.Put(link._up, bytes);
            }

            public override ValueTask CompleteAsync(CancellationToken cancellation)
            {
                link.Complete();
                return ValueTask.CompletedTask;
            }

            public override ValueTask<StreamEnd> EndAsync(CancellationToken cancellation) =>
                ValueTask.FromResult<StreamEnd>(new StreamEnd.Broken("it was cut"));

            public override ValueTask DisposeAsync()
            {
                link.Break();
                return ValueTask.CompletedTask;
            }
        }
    }
}

/// <summary>Somebody who has taken a server's port, and greets as the server does.</summary>
public enum Impostor
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>Closes when asked.</summary>
    Closes,

    /// <summary>Does nothing when asked.</summary>
    SaysNothing,

    /// <summary>Answers what no server does.</summary>
    TalksNonsense,
}
