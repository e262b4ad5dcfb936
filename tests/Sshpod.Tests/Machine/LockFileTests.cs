using Sshpod.Machine;
using Sshpod.Terminal;

namespace Sshpod.Tests.Machine;

public sealed class LockFileTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("sshpod-lock");

    private string Lock => Path.Combine(_directory.FullName, "lock");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task One_at_a_time_has_it_and_the_next_gets_it_then()
    {
        var first = await LockFile.TakeAsync(Lock, TestContext.Current.CancellationToken);
        Assert.Null(LockFile.TakeOrNull(Lock));
        var second = LockFile.TakeAsync(Lock, TestContext.Current.CancellationToken);
        Assert.False(second.IsCompleted);
        await first.DisposeAsync();
        await (await second).DisposeAsync();
        await LockFile.TakeOrNull(Lock)!.DisposeAsync();
    }

    [Fact]
    public async Task Nobody_waits_for_one_that_cannot_be_made()
    {
        var waiting = LockFile.TakeAsync(Path.Combine(_directory.FullName, "missing", "lock"), TestContext.Current.CancellationToken);
        Assert.True(waiting.IsFaulted);
        Assert.Contains("cannot lock", (await Assert.ThrowsAsync<SshpodException>(() => waiting)).Message, StringComparison.Ordinal);
        Assert.Null(LockFile.TakeOrNull(Path.Combine(_directory.FullName, "missing", "lock")));
    }
}
