using System.Security.Cryptography;
using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Connections;

public sealed class CopyTests(TestCluster cluster)
{
    private const int Size = 256 << 20;

    [Theory]
    [InlineData("pod--busybox")]
    [InlineData("pod--debian")]
    [InlineData("deployment--web")]
    [InlineData("job--batch")]
    public async Task Scp_carries_256_MiB_both_ways_unharmed(string target)
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        var sent = await WriteRandomAsync(workstation.File("sent"));
        var there = $"root@{workstation.Host(target)}:/tmp/scp-{Guid.NewGuid():N}";

        (await workstation.RunAsync("scp", "-q", "-F", workstation.SshConfig, workstation.File("sent"), there)).Quietly();
        (await workstation.RunAsync("scp", "-q", "-F", workstation.SshConfig, there, workstation.File("back"))).Quietly();
        (await workstation.SshAsync(target, $"rm {there.Split(':')[1]}")).Quietly();

        Assert.Equal(sent, await HashAsync(workstation.File("back")));
    }

    [Theory]
    [InlineData("pod--busybox")]
    [InlineData("pod--debian")]
    [InlineData("deployment--web")]
    [InlineData("job--batch")]
    [Trait(Suites.Name, Suites.Streams), Trait(Suites.Name, Suites.Front)]
    public async Task Sftp_runs_a_batch(string target)
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        var name = $"/tmp/sftp-{Guid.NewGuid():N}";
        await System.IO.File.WriteAllTextAsync(workstation.File("local"), "by sftp\n");
        await System.IO.File.WriteAllTextAsync(workstation.File("batch"), $"""
            put {workstation.File("local")} {name}
            rename {name} {name}.new
            chmod 640 {name}.new
            get -p {name}.new {workstation.File("fetched")}
            rm {name}.new

            """);

        (await workstation.RunAsync("sftp", "-q", "-F", workstation.SshConfig, "-b", workstation.File("batch"),
            $"root@{workstation.Host(target)}")).Quietly();

        Assert.Equal("by sftp\n", await System.IO.File.ReadAllTextAsync(workstation.File("fetched")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead,
            System.IO.File.GetUnixFileMode(workstation.File("fetched")));
    }

    [Fact]
    [Trait(Suites.Name, Suites.Streams), Trait(Suites.Name, Suites.Front)]
    public async Task Rsync_mirrors_a_tree_and_then_has_nothing_to_do()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        var tree = Directory.CreateDirectory(workstation.File("tree")).FullName;
        for (var i = 0; i < 300; i++)
            await System.IO.File.WriteAllTextAsync(Path.Combine(tree, $"file {i}"), new string('x', i));
        var there = $"root@{workstation.Host("pod--debian")}:/tmp/rsync-{Guid.NewGuid():N}/";

        (await workstation.RunAsync("rsync", "-a", "-e", workstation.SshCommand, tree + "/", there)).Quietly();
        var again = (await workstation.RunAsync("rsync", "-ai", "-e", workstation.SshCommand, tree + "/", there)).Quietly();
        (await workstation.RunAsync("rsync", "-a", "-e", workstation.SshCommand, there, workstation.File("back/"))).Quietly();

        Assert.Equal("", again.Text);
        (await workstation.RunAsync("diff", "-r", tree, workstation.File("back"))).Quietly();
    }

    private static async Task<string> WriteRandomAsync(string file)
    {
        var bytes = RandomNumberGenerator.GetBytes(Size);
        await System.IO.File.WriteAllBytesAsync(file, bytes);
        return Convert.ToHexStringLower(SHA256.HashData(bytes));
    }

    private static async Task<string> HashAsync(string file)
    {
        await using var stream = System.IO.File.OpenRead(file);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream));
    }
}
