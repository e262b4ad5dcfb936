using Sshpod.Connections;

namespace Sshpod.Tests.Connections;

public sealed class SharedConnectionsTests : IDisposable
{
    private static readonly string Meaning = new('a', 64);

    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void A_connection_takes_no_sessions_during_an_outage_and_again_after_it()
    {
        var now = DateTimeOffset.UtcNow;
        using var file = new FileStream(_file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        using var claim = new SharedConnections.HeldClaim(file, Meaning);
        claim.Allow(now.AddMinutes(-1), now.AddMinutes(1));
        var allowed = File.ReadAllText(_file);
        Assert.True(Read(file).Holds(now));

        claim.SetLost(true);
        var lost = File.ReadAllText(_file);
        Assert.StartsWith($"{Meaning} lost ", lost, StringComparison.Ordinal);
        // It is overwritten as a whole.
        Assert.Equal(allowed.Length, lost.Length);
        Assert.Equal((Meaning, false), (Read(file).Meaning, Read(file).Holds(now)));

        claim.SetLost(false);
        Assert.Equal(allowed, File.ReadAllText(_file));
        Assert.True(Read(file).Holds(now));
        Assert.False(Read(file).Holds(now.AddMinutes(2)));
    }

    private static SharedConnections.Claim Read(FileStream file)
    {
        file.Position = 0;
        return SharedConnections.Claim.Read(file)!;
    }
}
