using Sshpod.Clusters.Objects;
using Sshpod.Connections;
using Sshpod.Server;
using Sshpod.Settings;
using Sshpod.Ssh;

namespace Sshpod.Tests.Settings;

public class AccessTimeTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly PublicKey Key = PublicKey.Parse(
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl")!;

    [Theory]
    [InlineData("24h", 86400)]
    [InlineData("1m", 60)]
    public void A_time_is_a_limit(string text, int seconds) =>
    Assert.Equal(new AccessTime(TimeSpan.FromSeconds(seconds)), AccessTime.Parse(text));

    [Theory]
    [InlineData("0")]
    [InlineData("59s")]
    [InlineData("never")]
    [InlineData("9000h")]
    public void An_access_time_that_cannot_be_enforced_is_rejected(string text) => Assert.Null(AccessTime.Parse(text));

    [Theory]
    [InlineData("24h", 24 * 60 - 5)]
    [InlineData("30m", 27)]
    [InlineData("1m", 0.5)]
    public void Access_is_renewed_a_while_before_it_ends(string text, double minutes)
    {
        var time = AccessTime.Parse(text)!;
        Assert.Equal(Start.AddMinutes(minutes), time.RenewalOf(Start, time.Limit));
    }

    [Fact]
    public void A_shorter_time_counts_at_once_and_a_longer_one_from_the_next_exec_on()
    {
        Assert.Equal(Start.AddMinutes(55), new AccessTime(TimeSpan.FromHours(1)).RenewalOf(Start, TimeSpan.FromHours(24)));
        Assert.Equal(Start.AddMinutes(55), new AccessTime(TimeSpan.FromHours(24)).RenewalOf(Start, TimeSpan.FromHours(1)));
    }

    [Fact]
    public void Access_for_every_connection_never_counts_as_granted()
    {
        var time = AccessTime.Parse("every-connection")!;
        Assert.False(Server(time).LetsIn(Key, time, false, Start));
    }

    [Fact]
    public void Access_counts_until_its_renewal_and_not_after_the_clock_was_set_back()
    {
        var time = new AccessTime(TimeSpan.FromHours(1));
        Assert.True(Server(time).LetsIn(Key, time, false, Start));
        Assert.True(Server(time).LetsIn(Key, time, false, Start.AddMinutes(54)));
        Assert.False(Server(time).LetsIn(Key, time, false, Start.AddMinutes(55)));
        Assert.False(Server(time).LetsIn(Key, time, false, Start.AddSeconds(-1)));
        Assert.False(Server(time).LetsIn(Key, time, true, Start));
    }

    [Theory]
    [InlineData(null, false, "0 -")]
    [InlineData(86400, true, "86400 clean-environment")]
    public void The_server_is_told(int? seconds, bool clean, string words)
    {
        var access = new Access(Key, seconds is { } limit ? TimeSpan.FromSeconds(limit) : null, clean);
        Assert.Equal(words, $"{access.Seconds} {access.Options}");
    }

    private static RememberedServer Server(AccessTime time) => new(new RememberedHost("pod--x.sshpod", "0"), null,
        new PodContainer("default", "x", "uid", "main", "id"), null, Bundles.Release, new Access(Key, time.Limit, false), Start);
}
