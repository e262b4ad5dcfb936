using Sshpod.Machine;
using Sshpod.Terminal;

namespace Sshpod.Tests.Machine;

public sealed class LockFileTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("sshpod-lock");

    private string Lock => Path.Combine(_directory.FullName, "lock");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Only_one_process_holds_a_lock_and_the_next_one_gets_it_after()
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
    public async Task A_lock_that_cannot_be_created_fails_at_once()
    {
        var waiting = LockFile.TakeAsync(Path.Combine(_directory.FullName, "missing", "lock"), TestContext.Current.CancellationToken);
        Assert.True(waiting.IsFaulted);
        Assert.Contains("cannot lock", (await Assert.ThrowsAsync<SshpodException>(() => waiting)).Message, StringComparison.Ordinal);
        Assert.Null(LockFile.TakeOrNull(Path.Combine(_directory.FullName, "missing", "lock")));
    }
}
