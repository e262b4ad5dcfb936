using System.Security.Cryptography;
using Sshpod.Connections;

namespace Sshpod.Tests.Connections;

public sealed class PausedConnectionsTests : IDisposable
{
    private const string Container = "containerd://c0ffee";

    private readonly string _folder = Path.Combine(Directory.CreateTempSubdirectory("sshpod-resume-").FullName, "resume");
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(PausedConnections.KeyLength);

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);

    [Fact]
    public void A_connection_whose_proxy_lives_is_not_dead()
    {
        using var ticket = Write();
        Assert.Empty(Dead());
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_connection_whose_proxy_has_died_is_found_by_the_next_to_that_container()
    {
        var id = RandomNumberGenerator.GetBytes(PausedConnections.IdLength);
        WriteAndDie(id);
        Assert.Empty(Dead("containerd://another"));

        var dead = Assert.Single(Dead());

        Assert.Equal("pod--x.sshpod", dead.Host);
        Assert.Equal(id, dead.Id);
        Assert.Equal(_key, dead.Key);
        Assert.Single(Dead());
        dead.Forget();
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_connection_that_the_server_has_forgotten_leaves_nothing()
    {
        Write()!.Dispose();
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Only_the_user_can_read_the_key()
    {
        using var ticket = Write();
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Directory.GetFiles(_folder).Single()));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder));
        }
    }

    [Fact]
    public void A_connection_of_another_machine_that_shares_the_home_directory_is_left_alone()
    {
        WriteAndDie(RandomNumberGenerator.GetBytes(PausedConnections.IdLength));
        var file = Directory.GetFiles(_folder).Single();
        File.WriteAllText(file, File.ReadAllText(file).Replace(Environment.MachineName, "another", StringComparison.Ordinal));
        Assert.Empty(Dead());
        Assert.True(File.Exists(file));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"host":"h","containerId":"containerd://c0ffee","machine":"m","key":"AAAA"}""")]
    [InlineData("""{"host":null,"containerId":"containerd://c0ffee","key":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}""")]
    [InlineData("""{"host":"h","containerId":"containerd://c0ffee"}""")]
    [InlineData("""{"host":"h","containerId":"containerd://c0ffee","key":"not base64"}""")]
    public void A_file_that_says_something_else_is_removed(string content)
    {
        Directory.CreateDirectory(_folder);
        File.WriteAllText(Path.Combine(_folder, new string('a', 32)), content);
        Assert.Empty(Dead());
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Files_of_other_names_links_and_pipes_are_removed_unread()
    {
        Directory.CreateDirectory(_folder);
        File.WriteAllText(Path.Combine(_folder, new string('A', 32)), "");
        File.WriteAllText(Path.Combine(_folder, "abc"), "");
        File.WriteAllText(Path.Combine(_folder, new string('b', 32)), new string('{', 100_000));
        var elsewhere = Path.Combine(_folder, "..", "elsewhere");
        File.WriteAllText(elsewhere, "mine");
        if (OperatingSystem.IsLinux())
        {
            File.CreateSymbolicLink(Path.Combine(_folder, new string('c', 32)), elsewhere);
            Assert.Equal(0, Run("mkfifo", Path.Combine(_folder, new string('d', 32))));
        }
        Assert.Empty(Dead());
        Assert.Empty(Directory.GetFiles(_folder));
        Assert.Equal("mine", File.ReadAllText(elsewhere));
    }

    [Fact]
    public void What_no_server_can_know_any_more_is_forgotten()
    {
        WriteAndDie(RandomNumberGenerator.GetBytes(PausedConnections.IdLength));
        Assert.Empty(Dead("containerd://another"));
        Assert.Single(Directory.GetFiles(_folder));
        File.SetLastWriteTimeUtc(Directory.GetFiles(_folder).Single(), DateTime.UtcNow - TimeSpan.FromDays(31));
        Assert.Empty(Dead("containerd://another"));
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Where_nothing_can_be_written_the_connection_works_all_the_same()
    {
        File.WriteAllText(_folder, "a file");
        Assert.Null(Write());
        Assert.Empty(Dead());
        File.Delete(_folder);
        Assert.Empty(Dead());
    }

    private static int Run(string program, params string[] arguments)
    {
        using var run = System.Diagnostics.Process.Start(program, arguments);
        run.WaitForExit();
        return run.ExitCode;
    }

    // The file that a process leaves when it is killed: the same one, and nobody holds it.
    private void WriteAndDie(byte[] id)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "a held file cannot be copied there");
        var (file, copy) = (Path.Combine(_folder, Convert.ToHexStringLower(id)), Path.Combine(_folder, "..", "copy"));
        // Other programs do not look at the lock.
        using (Write(id))
            Assert.Equal(0, Run("cp", "-p", file, copy));
        File.Move(copy, file);
    }

    private IReadOnlyList<PausedConnections.DeadConnection> Dead(string container = Container) =>
        PausedConnections.Dead(_folder, container);

    private IDisposable? Write(byte[]? id = null) => PausedConnections.Write(
        _folder, "pod--x.sshpod", Container, id ?? RandomNumberGenerator.GetBytes(PausedConnections.IdLength), _key);
}
