using Sshpod.Ssh;

namespace Sshpod.Tests.Ssh;

public sealed class UnifiedDiffTests : IDisposable
{
    private readonly Installers.Machine _machine = new();

    public void Dispose() => _machine.Dispose();

    [Fact]
    public void The_output_matches_diff() => Assert.Equal(
        "--- /etc/x\n+++ /etc/x\n@@ -1,4 +1,4 @@\n-a\n+A\n b\n c\n d\n@@ -9,3 +9,4 @@\n i\n j\n k\n+l\n\\ No newline at end of file\n",
        Between("/etc/x", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\n", "A\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl"));

    [Fact]
    public void A_new_or_deleted_file_is_compared_with_dev_null()
    {
        Assert.Equal("--- /dev/null\n+++ x\n@@ -0,0 +1,1 @@\n+a\n", Between("x", null, "a\n"));
        Assert.Equal("--- x\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-a\n", Between("x", "a\n", null));
        Assert.Equal("", Between("x", "a\n", "a\n"));
    }

    [Fact]
    public void Bytes_that_are_not_UTF_8_stay_as_they_are() => Assert.Equal(
        [.. "--- caf\u00E9\n+++ caf\u00E9\n@@ -1,1 +1,1 @@\n-caf"u8, 0xE9, .. "\n+caf"u8, 0xFF, .. "\n"u8],
        UnifiedDiff.Between("caf\u00E9", Bytes([.. "caf"u8, 0xE9, 10]), Bytes([.. "caf"u8, 0xFF, 10])).Bytes.ToArray());

    private static FileText Bytes(byte[] bytes) => new(bytes);

    private static string Between(string file, string? old, string? @new) =>
        $"{UnifiedDiff.Between(file, old is null ? null : FileText.Of(old), @new is null ? null : FileText.Of(@new))}";

    [Fact]
    public async Task Patch_takes_it()
    {
        // Few letters, so that lines repeat, with and without a newline at the end. The seed makes every run the same.
        var random = new Random(1);
        string Text() => string.Join('\n', Enumerable.Range(0, random.Next(1, 30)).Select(_ => "abcd"[random.Next(4)]))
            + (random.Next(2) == 0 ? "\n" : "");
        for (var i = 0; i < 20; i++)
        {
            var (old, @new) = (Text(), Text());
            await File.WriteAllTextAsync(_machine.File("x"), old);
            await File.WriteAllTextAsync(_machine.File("diff"), Between("x", old, @new));
            var (exitCode, said) = await _machine.RunAsync("patch", "-s", "-d", _machine.Home, "-i", "diff", "x");
            Assert.True(exitCode == 0, said);
            Assert.Equal(@new, await File.ReadAllTextAsync(_machine.File("x")));
        }
    }
}
