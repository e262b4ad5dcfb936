using Sshpod.Machine;

namespace Sshpod.Tests.Machine;

public sealed class ProgramPathTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("sshpod-path-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("HERE", true)]
    [InlineData("/nonexistent:HERE:/", true)]
    [InlineData("", false)]
    [InlineData(null, false)]
    [InlineData(".", false)]
    [InlineData(":", false)]
    [InlineData("RELATIVE", false)]
    [InlineData("./RELATIVE", false)]
    public void Only_absolute_entries_count(string? path, bool isFound)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "PATH has another form there");
        var file = Plant("login");
        // Relative to the current directory, which stays as it is, since all tests share it.
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, _directory);
        path = path?.Replace("HERE", _directory, StringComparison.Ordinal).Replace("RELATIVE", relative, StringComparison.Ordinal);
        Assert.Equal(isFound ? file : null, ProgramPath.Find("login", path, null));
    }

    [Fact]
    public void A_relative_path_is_no_program() =>
    Assert.Null(ProgramPath.Find(Path.GetRelativePath(Environment.CurrentDirectory, Plant("login"))));

    [Fact]
    public void An_absolute_path_is_used_unchanged() => Assert.Equal(Plant("login"), ProgramPath.Find(Plant("login"), "", null));

    [Theory]
    // Homebrew's layout: the program in a directory per version, and a permanent link to it, or to that directory.
    [InlineData("bin/sshpod", "", "bin/sshpod")]
    [InlineData("opt/sshpod/bin/sshpod", "", "opt/sshpod/bin/sshpod")]
    [InlineData("sshpod", "/nonexistent:HERE/bin", "bin/sshpod")]
    // Called by another name, such as through a link, or by the path of one version.
    [InlineData("kubectl-sshpod", "HERE/bin", "bin/kubectl-sshpod")]
    [InlineData("other", "HERE/bin", "bin/sshpod")]
    [InlineData(null, "HERE/bin", "bin/sshpod")]
    [InlineData("other", "HERE/another", "Cellar/sshpod/1.0/bin/sshpod")]
    [InlineData(null, null, "Cellar/sshpod/1.0/bin/sshpod")]
    public void Its_own_path_survives_an_upgrade(string? called, string? path, string own)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need a right there");
        var program = Plant("Cellar/sshpod/1.0/bin/sshpod");
        Plant("another/sshpod");
        Directory.CreateDirectory(In("bin"));
        Directory.CreateDirectory(In("opt"));
        File.CreateSymbolicLink(In("bin/sshpod"), "../Cellar/sshpod/1.0/bin/sshpod");
        File.CreateSymbolicLink(In("bin/kubectl-sshpod"), In("bin/sshpod"));
        Directory.CreateSymbolicLink(In("opt/sshpod"), "../Cellar/sshpod/1.0");

        Assert.Equal(
            In(own), ProgramPath.FindOwn(called?.Contains('/') == true ? In(called) : called,
                path?.Replace("HERE", _directory, StringComparison.Ordinal), program));

        string In(string relative) => Path.Combine(_directory, relative);
    }

    [Fact]
    public void A_file_that_is_not_executable_is_not_found()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "any file can be, there");
        File.WriteAllText(Path.Combine(_directory, "kubectl"), "");
        Directory.CreateDirectory(Path.Combine(_directory, "login"));
        Assert.Null(ProgramPath.Find("kubectl", _directory, null));
        Assert.Null(ProgramPath.Find("login", _directory, null));
    }

    [Theory]
    [InlineData("/a:/b", "/a:/b")]
    [InlineData(":/a::./b:.:/b:", "/a:/b")]
    [InlineData(".", "/usr/bin:/bin")]
    [InlineData("", "/usr/bin:/bin")]
    [InlineData(null, "/usr/bin:/bin")]
    public void What_we_start_gets_a_PATH_that_means_the_same_everywhere(string? path, string safe)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "PATH has another form there");
        Assert.Equal(safe, ProgramPath.SafePath(path));
    }

    [Theory]
    [InlineData("kubectl", "kubectl.exe")]
    [InlineData("kubectl.exe", "kubectl.exe")]
    [InlineData("C:kubectl", null)]
    [InlineData("kubectl", null, "kubectl")]
    public void Windows_has_its_endings(string name, string? found, string there = "kubectl.exe")
    {
        Assert.SkipUnless(OperatingSystem.IsWindows(), "it has none elsewhere");
        Plant(there);
        Assert.Equal(found is null ? null : Path.Combine(_directory, found), ProgramPath.Find(name, $"\"{_directory}\"", ".exe"));
    }

    [Theory]
    [InlineData(".")]
    [InlineData("")]
    [InlineData("RELATIVE")]
    [InlineData(@"\DIRECTORY")]
    [InlineData("DRIVE")]
    public void On_Windows_what_depends_on_the_current_directory_or_drive_does_not_count(string path)
    {
        Assert.SkipUnless(OperatingSystem.IsWindows(), "drives");
        Plant("kubectl.exe");
        path = path.Replace("RELATIVE", Path.GetRelativePath(Environment.CurrentDirectory, _directory), StringComparison.Ordinal)
            .Replace(@"\DIRECTORY", _directory[2..], StringComparison.Ordinal).Replace("DRIVE", _directory[..2], StringComparison.Ordinal);
        // Relative to another drive, it would be absolute.
        Assert.SkipWhen(Path.IsPathFullyQualified(path), "the current directory is on another drive");
        Assert.Null(ProgramPath.Find("kubectl", path, ".exe"));
        Assert.Equal("", ProgramPath.SafePath(path));
        Assert.Equal(_directory, ProgramPath.SafePath($"{path};{_directory}"));
    }

    private string Plant(string name)
    {
        var file = Path.Combine(_directory, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, "#!/bin/sh\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return file;
    }
}
