using CsCheck;
using Sshpod.Ssh;

namespace Sshpod.Tests.Ssh;

public class PublicKeyTests
{
    private const string Key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";

    [Theory]
    [InlineData(Key)]
    [InlineData(Key + " me@host with words\n")]
    public void A_key_is_kept_without_its_comment(string line) => Assert.Equal(Key, PublicKey.Parse(line)?.ToString());

    [Theory]
    [InlineData("")]
    [InlineData("ssh-ed25519")]
    [InlineData("ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl")]
    [InlineData("command=\"x\" " + Key)]
    [InlineData("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GK==")]
    [InlineData("ssh-ed25519 AAAAB3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl")]
    [InlineData("ssh-ed25519 ****")]
    public void Anything_else_is_no_key(string line) => Assert.Null(PublicKey.Parse(line));

    [Fact]
    public void A_key_in_a_token_logs_in_and_is_no_host_key()
    {
        // As ssh-keygen -t ed25519-sk makes it, but of no real token.
        const string token =
            "sk-ssh-ed25519@openssh.com "
            + "AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJlAAAABHNzaDo=";
        Assert.Equal(token, PublicKey.ParseLogin($"{token} me@host")?.ToString());
        Assert.Equal(Key, PublicKey.ParseLogin(Key)?.ToString());
        Assert.Null(PublicKey.Parse(token));
        Assert.Null(
            PublicKey.ParseLogin(token.Replace("c3NoOg==", "c3NoOgA=", StringComparison.Ordinal)
                .Replace("BHNzaDo=", "BXNzaDo=", StringComparison.Ordinal)));
        Assert.Null(PublicKey.ParseLogin(token[..^8]));
    }

    [Fact]
    public void No_input_throws() => Gen.String.Sample(text => PublicKey.ParseLogin("ssh-ed25519 " + text) is null);
}
