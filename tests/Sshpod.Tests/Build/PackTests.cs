using System.Formats.Tar;
using System.IO.Compression;

namespace Sshpod.Tests.Build;

/// <summary>The archives of a release that <c>build/pack.sh</c> makes.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class PackTests : IDisposable
{
    private const string Epoch = "1700000000";

    private readonly Installers.Machine _machine = new();

    public void Dispose() => _machine.Dispose();

    [Theory]
    [InlineData("sshpod-1.2.3-windows-amd64", "zip")]
    [InlineData("sshpod-1.2.3-linux-amd64", "tar.gz")]
    public async Task The_same_files_give_the_same_archive(string name, string ending)
    {
        var first = await PackAsync("first", name, 0b110_110_000, new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc));
        _machine.Variables["TZ"] = "Asia/Tokyo";
        var second = await PackAsync("second", name, 0b110_000_000, new DateTime(2024, 5, 6, 7, 8, 9, DateTimeKind.Utc));
        Assert.Equal(await File.ReadAllBytesAsync($"{first}.{ending}"), await File.ReadAllBytesAsync($"{second}.{ending}"));
    }

    [Fact]
    public async Task An_archive_for_Windows_is_a_zip_file()
    {
        var windows = await PackAsync("windows", "sshpod-1.2.3-windows-amd64", 0b110_000_000, DateTime.UtcNow);
        await using var archive = await ZipFile.OpenReadAsync($"{windows}.zip");
        Assert.Equal(["sshpod-1.2.3-windows-amd64/", "sshpod-1.2.3-windows-amd64/LICENSE", "sshpod-1.2.3-windows-amd64/sshpod"],
            archive.Entries.Select(entry => entry.FullName));
    }

    [Fact]
    public async Task Without_zip_GNU_tar_is_not_asked_for_a_zip_file()
    {
        var path = Directory.CreateDirectory(_machine.File("path")).FullName;
        foreach (var tool in "bash find touch date chmod rm grep sort tar gzip".Split(' '))
            File.CreateSymbolicLink(Path.Combine(path, tool), File.Exists($"/usr/bin/{tool}") ? $"/usr/bin/{tool}" : $"/bin/{tool}");
        _machine.Variables["PATH"] = path;
        Directory.CreateDirectory(_machine.File("x-windows-amd64"));
        var (exitCode, said) = await _machine.RunAsync("/bin/sh", "-c", "cd && exec bash \"$1\" x-windows-amd64 1", "-", Script);
        Assert.Equal((1, "pack: zip is missing, and this tar writes no zip files: install zip\n"), (exitCode, said));
        Assert.False(File.Exists(_machine.File("x-windows-amd64.zip")));
    }

    [Fact]
    public async Task An_archive_for_Linux_belongs_to_root_and_keeps_what_may_be_executed()
    {
        var linux = await PackAsync("linux", "sshpod-1.2.3-linux-amd64", 0b110_000_000, DateTime.UtcNow);
        await using var unpacked = new GZipStream(File.OpenRead($"{linux}.tar.gz"), CompressionMode.Decompress);
        await using var tar = new TarReader(unpacked);
        List<string> entries = [];
        while (await tar.GetNextEntryAsync() is { } entry)
            entries.Add($"{entry.Name} {Convert.ToString((int)entry.Mode, 8)} {entry.Uid} {entry.ModificationTime.ToUnixTimeSeconds()}");
        Assert.Equal([
            $"sshpod-1.2.3-linux-amd64/ 755 0 {Epoch}",
            $"sshpod-1.2.3-linux-amd64/LICENSE 644 0 {Epoch}",
            $"sshpod-1.2.3-linux-amd64/sshpod 755 0 {Epoch}",
        ], entries);
    }

    private static string Script => Path.Combine(Installers.Machine.Root, "build/pack.sh");

    // Returns the path of the archive without its extension.
    private async Task<string> PackAsync(string folder, string name, int mode, DateTime time)
    {
        var directory = Directory.CreateDirectory(_machine.File($"{folder}/{name}")).FullName;
        foreach (var (file, isProgram) in new[] { ("sshpod", true), ("LICENSE", false) })
        {
            var path = Path.Combine(directory, file);
            await File.WriteAllTextAsync(path, $"this is {file}");
            File.SetUnixFileMode(path, (UnixFileMode)(isProgram ? mode | 0b001_000_000 : mode));
            File.SetLastWriteTimeUtc(path, time);
        }
        var (exitCode, said) = await _machine.RunAsync("sh", "-c", "cd \"$1\" && exec \"$2\" \"$3\" \"$4\"", "-",
            _machine.File(folder), Script, name, Epoch);
        Assert.True(exitCode == 0, said);
        return _machine.File($"{folder}/{name}");
    }
}
