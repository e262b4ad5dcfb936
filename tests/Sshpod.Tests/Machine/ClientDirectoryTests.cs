using System.Diagnostics;
using Sshpod.Machine;
using Sshpod.Terminal;

namespace Sshpod.Tests.Machine;

public sealed class ClientDirectoryTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("sshpod-files-");

    private string KnownHosts => Path.Combine(_directory.FullName, "known_hosts");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void A_file_is_replaced_and_nothing_else_is_left()
    {
        ClientDirectory.Replace(KnownHosts, "old");
        ClientDirectory.Replace(KnownHosts, "new");
        Assert.Equal("new", File.ReadAllText(KnownHosts));
        Assert.Single(_directory.GetFileSystemInfos());
    }

    [Fact]
    public void A_file_whose_directory_has_gone_meanwhile_is_named()
    {
        var file = Path.Combine(_directory.FullName, "gone", "known_hosts");
        Assert.StartsWith($"cannot write {file}: ", Assert.Throws<SshpodException>(() => ClientDirectory.Replace(file, "new")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_ssh_has_open_on_Windows_is_replaced_when_it_is_done()
    {
        Assert.SkipUnless(OperatingSystem.IsWindows(), "elsewhere, an open file can be replaced");
        await File.WriteAllTextAsync(KnownHosts, "old", TestContext.Current.CancellationToken);
        // As ssh.exe does: without FILE_SHARE_DELETE.
        var ssh = new FileStream(KnownHosts, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var replacing = Task.Run(() => ClientDirectory.Replace(KnownHosts, "new"), TestContext.Current.CancellationToken);
        await Task.Delay(300, TestContext.Current.CancellationToken);
        Assert.False(replacing.IsCompleted);
        await ssh.DisposeAsync();
        await replacing;
        Assert.Equal("new", await File.ReadAllTextAsync(KnownHosts, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_file_that_stays_open_on_Windows_is_told_after_a_while_and_keeps_its_content()
    {
        Assert.SkipUnless(OperatingSystem.IsWindows(), "elsewhere, an open file can be replaced");
        File.WriteAllText(KnownHosts, "old");
        var start = Stopwatch.GetTimestamp();
        using (new FileStream(KnownHosts, FileMode.Open, FileAccess.Read, FileShare.ReadWrite))
            Assert.Contains($"cannot write {KnownHosts}: ",
                Assert.Throws<SshpodException>(() => ClientDirectory.Replace(KnownHosts, "new")).Message, StringComparison.Ordinal);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 2.5, 10);
        Assert.Equal("old", File.ReadAllText(KnownHosts));
        Assert.Single(_directory.GetFileSystemInfos());
    }
}
