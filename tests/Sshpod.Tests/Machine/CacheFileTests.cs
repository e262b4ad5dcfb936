using Sshpod.Machine;

namespace Sshpod.Tests.Machine;

/// <summary>What one process remembers for the next.</summary>
public sealed class CacheFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("sshpod-cache-").FullName;

    private CacheFolder<string> Folder => CacheFile.Texts(_directory, TimeSpan.FromDays(30));

    [Fact]
    public void What_is_remembered_is_there_for_the_next()
    {
        Folder.About("pod", "web").Write("one");
        Assert.Equal("one", Folder.About("pod", "web").Read());
        Folder.About("pod", "web").Delete();
        Assert.Null(Folder.About("pod", "web").Read());
    }

    [Fact]
    public void Parts_of_a_name_are_not_run_together()
    {
        Folder.About("pod", "web").Write("one");
        Assert.Null(Folder.About("podweb").Read());
        Assert.Null(Folder.About("pod", "web", null).Read());
    }

    [Fact]
    public void What_was_not_used_for_long_is_forgotten_and_what_was_used_is_not()
    {
        var (used, unused) = (Folder.About("used"), Folder.About("unused"));
        used.Write("one");
        unused.Write("two");
        foreach (var file in Directory.GetFiles(_directory))
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-31));
        // The same text again is a use.
        used.Write("one");
        Folder.About("another").Write("three");
        Assert.Equal("one", used.Read());
        Assert.Null(unused.Read());
        Assert.Equal(2, Folder.All().Count);
    }

    [Fact]
    public void A_file_that_cannot_be_read_or_written_costs_nothing()
    {
        var folder = CacheFile.Texts(Path.Combine(_directory, "file", "below"), TimeSpan.FromDays(1));
        File.WriteAllText(Path.Combine(_directory, "file"), "");
        var file = folder.About("pod");
        file.Write("one");
        file.Delete();
        Assert.Null(file.Read());
        Assert.Empty(folder.All());
    }

    [Fact]
    public void A_time_in_the_future_is_not_new()
    {
        var file = Folder.About("pod");
        file.Write("one");
        File.SetLastWriteTimeUtc(Directory.GetFiles(_directory).Single(), DateTime.UtcNow.AddDays(2));
        Assert.True(file.Age > TimeSpan.FromHours(23));
        // A clock that was wrong once does not make it useless for ever.
        file.Write("one");
        Assert.True(file.Age < TimeSpan.FromMinutes(1));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
