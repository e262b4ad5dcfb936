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
    public void No_input_throws() => Gen.String.Sample(text => PublicKey.Parse("ssh-ed25519 " + text) is null);
}
