using Sshpod.Machine;

namespace Sshpod.Tests.Machine;

public sealed class WaysTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("sshpod-ways-").FullName;
    private readonly List<string> _tried = [];

    [Fact]
    public async Task The_preferred_way_is_tried_first_and_nothing_is_remembered()
    {
        Assert.Equal("road", await TakeAsync(Ways(), closed: ""));
        Assert.Equal(["road"], _tried);
        Assert.Empty(Directory.GetFiles(_directory));
    }

    [Fact]
    public async Task What_worked_after_another_had_failed_is_tried_first_by_this_process_and_the_next()
    {
        var ways = Ways();
        Assert.Equal("rail", await TakeAsync(ways, closed: "road"));
        Assert.Equal("rail", await TakeAsync(ways, closed: "road"));
        Assert.Equal("rail", await TakeAsync(Ways(), closed: "road"));
        Assert.Equal(["road", "rail", "rail", "rail"], _tried);
    }

    [Fact]
    public async Task When_the_preferred_way_is_the_one_that_works_again_the_other_is_forgotten()
    {
        await TakeAsync(Ways(), closed: "road");
        Assert.Equal("road", await TakeAsync(Ways(), closed: "rail"));
        Assert.Equal("road", await TakeAsync(Ways(), closed: ""));
        Assert.Equal(["road", "rail", "rail", "road", "road"], _tried);
    }

    [Fact]
    public async Task A_memory_that_is_old_or_damaged_costs_one_attempt()
    {
        await TakeAsync(Ways(), closed: "road");
        var file = Assert.Single(Directory.GetFiles(_directory));
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-2));
        await TakeAsync(Ways(), closed: "road");
        await File.WriteAllBytesAsync(file, [0, 255]);
        await TakeAsync(Ways(), closed: "road");
        Assert.Equal(["road", "rail", "road", "rail", "road", "rail"], _tried);
    }

    [Fact]
    public async Task The_last_failure_is_the_one_that_is_told_and_what_is_no_refusal_ends_it_at_once()
    {
        Assert.Equal("sea", (await Assert.ThrowsAsync<IOException>(() => TakeAsync(Ways(), closed: "road rail sea"))).Message);
        Assert.Equal(["road", "rail", "sea"], _tried);
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => Ways().FirstAsync<string>((_, _) => throw new InvalidOperationException(), e => e is IOException));
    }

    [Fact]
    public async Task A_remembered_way_that_fails_otherwise_is_forgotten()
    {
        var ways = Ways();
        await TakeAsync(ways, closed: "road");
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => ways.FirstAsync<string>((_, _) => throw new InvalidOperationException(), e => e is IOException));
        Assert.Empty(Directory.GetFiles(_directory));
        Assert.Equal("road", await TakeAsync(ways, closed: ""));
    }

    [Fact]
    public async Task Without_a_file_it_is_remembered_in_this_process_alone()
    {
        var ways = new Ways<string>("way", ["road", "rail"]);
        await TakeAsync(ways, closed: "road");
        await TakeAsync(ways, closed: "road");
        Assert.Equal(["road", "rail", "rail"], _tried);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private Ways<string> Ways() => new("way", ["road", "rail", "sea"],
        new WayMemory(CacheFile.Texts(_directory, TimeSpan.FromDays(30)).About("here"), TimeSpan.FromDays(1)));

    private Task<string> TakeAsync(Ways<string> ways, string closed) => ways.FirstAsync((way, _) =>
    {
        _tried.Add(way);
        return closed.Contains(way, StringComparison.Ordinal) ? throw new IOException(way) : Task.FromResult(way);
    }, e => e is IOException);
}
