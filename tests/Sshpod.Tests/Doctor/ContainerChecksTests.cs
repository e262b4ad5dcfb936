using Sshpod.Doctor;
using Sshpod.Server;

namespace Sshpod.Tests.Doctor;

public class ContainerChecksTests
{
    private static readonly Examination Running = new("x86_64", [], [], "/tmp/sshpod/r", "verified", 40001);

    [Fact]
    public void A_server_without_paused_connections_says_nothing_of_them() =>
        Assert.DoesNotContain("paused", ContainerChecks.Server(Running).Text, StringComparison.Ordinal);

    [Fact]
    public void Paused_connections_are_told_with_their_number_and_since_when()
    {
        Assert.EndsWith("; 1 connection is paused, for 8m", ContainerChecks.Server(Paused(1)).Text, StringComparison.Ordinal);
        Assert.EndsWith("; 3 connections are paused, the longest for 8m",
            ContainerChecks.Server(Paused(3) with { Port = null }).Text, StringComparison.Ordinal);
        Assert.EndsWith("; 3 connections are paused",
            ContainerChecks.Server(Paused(3) with { PausedFor = null }).Text, StringComparison.Ordinal);
    }

    private static Examination Paused(int count) => Running with { Paused = count, PausedFor = TimeSpan.FromSeconds(500) };
}
