using System.Diagnostics;
using Sshpod.Machine;
using Sshpod.Terminal;

namespace Sshpod.Tests.Machine;

public sealed class PrivateDirectoryTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("sshpod-private-").FullName;

    private string Home => Path.Combine(_root, "home");

    public PrivateDirectoryTests()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix modes and owners");
        Make("home", 0b111_101_101);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    // The usual, and the result of a umask of 002.
    [InlineData("home/.cache 755, home/.cache/sshpod 700", "home/.cache/sshpod", null)]
    [InlineData("home/.cache 700", "home/.cache/sshpod", null)]
    [InlineData("", "home/.cache/sshpod", null)]
    // The directory itself.
    [InlineData("home/.cache 755, home/.cache/sshpod 777", "home/.cache/sshpod",
        "others may write to the directory ROOT/home/.cache/sshpod (mode 777), and sshpod's key would be there; chmod go-w "
        + "ROOT/home/.cache/sshpod")]
    [InlineData("home/.cache 755, home/.cache/sshpod 770", "home/.cache/sshpod",
        "others may write to the directory ROOT/home/.cache/sshpod (mode 770)")]
    [InlineData("home/.cache 755, home/.cache/sshpod 1777", "home/.cache/sshpod",
        "others may write to the directory ROOT/home/.cache/sshpod (mode 1777)")]
    [InlineData("home/.cache 755, home/.cache/sshpod 700 other", "home/.cache/sshpod",
        "the directory ROOT/home/.cache/sshpod belongs to another user, and sshpod's key would be there; chown it if it is yours, or "
        + "remove it: ROOT/home/.cache/sshpod")]
    // The directories above it.
    [InlineData("home/.cache 777, home/.cache/sshpod 700", "home/.cache/sshpod",
        "others may write to the directory ROOT/home/.cache (mode 777), and sshpod's key would be there; chmod go-w ROOT/home/.cache")]
    [InlineData("home/.cache 777", "home/.cache/sshpod", "others may write to the directory ROOT/home/.cache (mode 777)")]
    [InlineData("home/.cache 1777, home/.cache/sshpod 700", "home/.cache/sshpod", null)]
    [InlineData("home/.cache 755 other, home/.cache/sshpod 700", "home/.cache/sshpod",
        "the directory ROOT/home/.cache belongs to another user, and sshpod's key would be there; set XDG_CACHE_HOME to a directory "
        + "that you own")]
    [InlineData("shared 777, shared/me 700, shared/me/sshpod 700", "shared/me/sshpod",
        "others may write to the directory ROOT/shared (mode 777)")]
    [InlineData("shared 1777, shared/me 700, shared/me/sshpod 700", "shared/me/sshpod", null)]
    // Home is accepted as it is: images of OpenShift have one that belongs to nobody in particular.
    [InlineData("home 777 other, home/.cache 755, home/.cache/sshpod 700", "home/.cache/sshpod", null)]
    // The user's own links keep working, and their targets are checked.
    [InlineData("data 755, data/cache 700, data/cache/sshpod 700, home/.cache -> ROOT/data/cache", "home/.cache/sshpod", null)]
    [InlineData("data 755, data/cache 700, data/cache/sshpod 700, home/.cache -> ../data/./cache", "home/.cache/sshpod", null)]
    [InlineData("data 755, data/cache 700, home/.cache 755, home/.cache/sshpod -> ROOT/data/cache", "home/.cache/sshpod", null)]
    [InlineData("data 777, data/cache 700, home/.cache 755, home/.cache/sshpod -> ROOT/data/cache", "home/.cache/sshpod",
        "others may write to the directory ROOT/data (mode 777)")]
    [InlineData("data 755, data/cache 777, home/.cache 755, home/.cache/sshpod -> ROOT/data/cache", "home/.cache/sshpod",
        "others may write to the directory ROOT/data/cache (mode 777)")]
    [InlineData("shared 1777, data 755, data/cache 700, shared/cache -> ROOT/data/cache other", "shared/cache",
        "the directory ROOT/shared/cache belongs to another user")]
    [InlineData("home/.cache -> loop, home/loop -> .cache", "home/.cache/sshpod", null)]
    public void The_cache_is_the_users_alone_or_refused(string made, string directory, string? line)
    {
        foreach (var item in made.Split(", ", StringSplitOptions.RemoveEmptyEntries))
            Prepare(item.Replace("ROOT", _root, StringComparison.Ordinal).Split(' '));
        if (line is null)
            PrivateDirectory.Check(Path.Combine(_root, directory), Home);
        else
            Assert.StartsWith(line.Replace("ROOT", _root, StringComparison.Ordinal),
                Assert.Throws<SshpodException>(() => PrivateDirectory.Check(Path.Combine(_root, directory), Home)).Line,
                StringComparison.Ordinal);
    }

    private void Prepare(string[] words)
    {
        var path = Path.Combine(_root, words[0]);
        if (words[1] == "->")
            File.CreateSymbolicLink(path, words[2]);
        else
            Make(words[0], Convert.ToInt32(words[1], 8));
        if (words[^1] != "other")
            return;
        Assert.SkipUnless(Environment.UserName == "root", "only root can give a directory away");
        using var chown = Process.Start("chown", ["-h", "4242:4242", path]);
        chown.WaitForExit();
        Assert.Equal(0, chown.ExitCode);
    }

    private void Make(string name, int mode)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Directory.CreateDirectory(Path.Combine(_root, name)).FullName, (UnixFileMode)mode);
    }
}
