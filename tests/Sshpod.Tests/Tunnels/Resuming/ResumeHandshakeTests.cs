using System.Text;
using Sshpod.Tunnels.Resuming;

namespace Sshpod.Tests.Tunnels.Resuming;

public class ResumeHandshakeTests
{
    // The server's tests read the same file.
    private static readonly Dictionary<string, byte[]> Vectors = File.ReadLines(Path.Combine(Document.Root, "sshd/test/resume.vectors"))
        .Select(line => line.Split(' ')).ToDictionary(words => words[0], words => Convert.FromHexString(words[1]));

    private static readonly byte[] ClientKey = Vectors["client_key"], Key = Vectors["connection_key"], Fingerprint = Vectors["fingerprint"];
    private static readonly byte[] NonceS = Vectors["nonce_s"], NonceC = Vectors["nonce_c"], Id = Vectors["id"];

    [Fact]
    public void What_the_client_says_is_what_the_server_expects()
    {
        Assert.Equal(Vectors["new"], ResumeHandshake.New(ClientKey, Fingerprint, NonceS, NonceC, TimeSpan.FromDays(1), 2097152));
        Assert.Equal(Vectors["resume"], ResumeHandshake.Resume(Key, Id, Fingerprint, NonceS, NonceC, 1000, 900));
        Assert.Equal(Vectors["abandon"], ResumeHandshake.Abandon(Key, NonceS, Id));
    }

    [Fact]
    public void What_the_server_says_is_understood()
    {
        var welcome = ResumeHandshake.ReadWelcome(Vectors["welcome"], ClientKey, NonceS, NonceC)!;
        Assert.Equal(Id, welcome.Id);
        Assert.Equal(Key, welcome.Key);
        Assert.Equal((TimeSpan.FromDays(1), 1048576), (welcome.Grace, welcome.Window));
        Assert.Equal((500L, 400L), ResumeHandshake.ReadResumed(Vectors["resumed"], Key, NonceS, NonceC));
        Assert.Equal(Refusal.Unknown, ResumeHandshake.ReadNo(Vectors["no_1"], ClientKey, NonceS, NonceC, Id));
        Assert.Equal(Refusal.Crowded, ResumeHandshake.ReadNo(Vectors["new_no_3"], ClientKey, NonceS, NonceC, null));
    }

    [Fact]
    public void A_single_changed_bit_is_not_believed()
    {
        foreach (var (name, read) in new (string, Func<byte[], object?>)[]
        {
            ("welcome", bytes => ResumeHandshake.ReadWelcome(bytes, ClientKey, NonceS, NonceC)),
            ("resumed", bytes => ResumeHandshake.ReadResumed(bytes, Key, NonceS, NonceC)),
            ("no_1", bytes => ResumeHandshake.ReadNo(bytes, ClientKey, NonceS, NonceC, Id)),
        })
            for (var bit = 0; bit < Vectors[name].Length * 8; bit++)
            {
                var changed = (byte[])Vectors[name].Clone();
                changed[bit / 8] ^= (byte)(1 << bit % 8);
                Assert.Null(read(changed));
            }
    }

    [Fact]
    public void An_answer_to_another_question_is_not_believed()
    {
        Assert.Null(ResumeHandshake.ReadWelcome(Vectors["welcome"], ClientKey, NonceC, NonceS));
        Assert.Null(ResumeHandshake.ReadResumed(Vectors["resumed"], Key, NonceC, NonceS));
        // Somebody in the middle could have changed the identifier in our request.
        Assert.Null(ResumeHandshake.ReadNo(Vectors["no_1"], ClientKey, NonceS, NonceC, new byte[16]));
        Assert.Null(ResumeHandshake.ReadNo(Vectors["new_no_3"], ClientKey, NonceS, NonceC, Id));
    }

    [Fact]
    public void The_greeting_may_be_cut_anywhere()
    {
        var bytes = Encoding.ASCII.GetBytes("sshpod-resume 1 AQEBAQEBAQEBAQEBAQEBAQ\r\nSSH-2.0-OpenSSH_10.0 tail\r\nmore");
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.True(Greeting.TryRead(bytes.AsSpan(0, length), out var greeting));
            Assert.Equal(length >= bytes.Length - "more".Length, greeting is not null);
        }
        Assert.True(Greeting.TryRead(bytes, out var whole));
        Assert.Equal(NonceS, whole!.Nonce);
        Assert.Equal("SSH-2.0-OpenSSH_10.0 tail", Encoding.ASCII.GetString(bytes[whole.Banner]));
        Assert.Equal("more", Encoding.ASCII.GetString(bytes[whole.End..]));
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_10.0 tail\r\n", true)]
    [InlineData("HTTP/1.1 400 Bad Request\r\n", false)]
    [InlineData("sshpod-resume 2 AQEBAQEBAQEBAQEBAQEBAQ\r\nSSH-2.0-x\r\n", false)]
    [InlineData("sshpod-resume 1 AQEBAQEBAQEBAQEBAQEBAQ==\r\nSSH-2.0-x\r\n", false)]
    [InlineData("sshpod-resume 1 AQEBAQEBAQEBAQEBAQEB\r\nSSH-2.0-x\r\n", false)]
    [InlineData("sshpod-resume 1 AQEBAQEBAQEBAQEBAQEBAQ\r\nsshpod-resume 1 AQEBAQEBAQEBAQEBAQEBAQ\r\n", false)]
    public void Only_a_greeting_is_one(string text, bool isOne) =>
        Assert.Equal(isOne, Greeting.TryRead(Encoding.ASCII.GetBytes(text), out var greeting) && greeting is { Nonce: null });

    [Fact]
    public void A_line_without_end_is_no_greeting() =>
        Assert.False(Greeting.TryRead(Encoding.ASCII.GetBytes("SSH-2.0-" + new string('x', Greeting.MaxSize)), out _));
}
