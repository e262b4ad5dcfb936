using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Ssh;

[Collection(nameof(Alone))]
[Trait(Suites.Name, Suites.Once)]
public sealed class KeyReplacementTests(TestCluster cluster)
{
    [Fact]
    public async Task A_key_of_91_days_is_replaced_and_no_connection_notices()
    {
        await cluster.CreatePodAsync("old-key", "busybox:1");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        (await workstation.SshAsync("pod--old-key", "true")).Quietly();
        var (first, next) = (workstation.File("cache/sshpod/id_ed25519"), workstation.File("cache/sshpod/id_ed25519.next"));
        async Task<string> PublicAsync(string file) => await File.ReadAllTextAsync($"{file}.pub", TestContext.Current.CancellationToken);
        var old = await PublicAsync(first);
        Assert.Equal(old, await PublicAsync(next));

        SetAge(first, TimeSpan.FromDays(91));
        await AllSucceedAsync();
        var replaced = await PublicAsync(next);
        Assert.Equal(old, await PublicAsync(first));
        Assert.NotEqual(old, replaced);
        Assert.DoesNotContain(replaced.Split(' ')[1], await AuthorizedAsync(), StringComparison.Ordinal);

        // By now every ssh that had read the old file has logged in.
        SetAge(next, TimeSpan.FromMinutes(11));
        await AllSucceedAsync();
        Assert.Contains(replaced.Split(' ')[1], await AuthorizedAsync(), StringComparison.Ordinal);
        Assert.Equal(old, await PublicAsync(first));

        // No container accepts the old one any more.
        (await workstation.SshpodAsync("clean", workstation.Host("pod--old-key"))).Successfully();
        (await workstation.SshAsync("pod--old-key", "true")).Quietly();
        Assert.DoesNotContain(old.Split(' ')[1], await AuthorizedAsync(), StringComparison.Ordinal);
        SetAge(next, TimeSpan.FromDays(3));
        await AllSucceedAsync();
        Assert.Equal(replaced, await PublicAsync(first));
        await AllSucceedAsync();
        Assert.Equal((replaced, replaced), (await PublicAsync(first), await PublicAsync(next)));

        async Task AllSucceedAsync()
        {
            var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => workstation.SshAsync("pod--old-key", $"echo {i}")));
            Assert.Equal(Enumerable.Range(0, 20).Select(i => $"{i}\n"), results.Select(result => result.Quietly().Text));
        }

        async Task<string> AuthorizedAsync() =>
            (await cluster.ExecAsync("old-key", "sh", "-c", "cat /tmp/sshpod/*/*/authorized_keys")).Successfully().Text;

        static void SetAge(string file, TimeSpan age) => File.SetLastWriteTimeUtc(file, DateTime.UtcNow - age);
    }
}
