using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Sshpod.Clusters.Objects;
using Sshpod.Server;
using Sshpod.Settings;

#pragma warning disable CA1416 // What it tests runs in containers of Linux.

namespace Sshpod.Tests.Server;

/// <summary>Runs lend.py with this machine's Python. What stands for BusyBox is a script.</summary>
public sealed class InterpreterTests : IDisposable
{
    private const string Python = "/usr/bin/python3";

    private static readonly string[] Places = ["/tmp", "/var/tmp", "/run", "/dev/shm"];

    private static readonly byte[] BusyBox = "#!/bin/sh\n[ \"$1\" != --list ] || echo ls cat\n"u8.ToArray();

    private static readonly string Machine = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "aarch64" : "x86_64";

    private readonly string _release = RandomNumberGenerator.GetHexString(16, lowercase: true);

    private string Release => $"/tmp/sshpod/{_release}";

    public void Dispose()
    {
        foreach (var place in Places.Where(place => Directory.Exists($"{place}/sshpod/{_release}")))
            Directory.Delete($"{place}/sshpod/{_release}", recursive: true);
    }

    [Fact]
    public async Task Python_brings_a_shell_and_its_tools_to_where_only_its_user_can_write()
    {
        Assert.Equal(["sshpod-bootstrap", $"need {Machine}", $"shell {Release}/sh"], await RunAsync(BusyBox));
        Assert.Equal(BusyBox, await File.ReadAllBytesAsync($"{Release}/sh", TestContext.Current.CancellationToken));
        Assert.Equal("../busybox", new FileInfo($"{Release}/bin/cat").LinkTarget);
        Assert.True(OperatingSystem.IsLinux());
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(Release) & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite));
        // It is there now.
        Assert.Equal(["sshpod-bootstrap", $"shell {Release}/sh"], await RunAsync([]));
    }

    [Fact]
    public async Task A_damaged_shell_is_not_put_there()
    {
        Assert.Equal("error corrupt", (await RunAsync([.. BusyBox[..^1], (byte)'!']))[^1]);
        Assert.False(File.Exists($"{Release}/sh"));
    }

    [Fact]
    public async Task A_place_that_others_share_is_passed_over() =>
        Assert.DoesNotContain("/tmp/sshpod/", (await RunAsync(BusyBox, "/tmp"))[^1].Replace("/var/tmp/", "/var-tmp/",
            StringComparison.Ordinal),
            StringComparison.Ordinal);

    // Such as /var/run.
    [Fact]
    public async Task So_is_one_that_they_share_by_another_name()
    {
        var above = Directory.CreateTempSubdirectory("sshpod-").FullName;
        string[] links = [.. Places.Select((_, i) => $"{above}/{i}")];
        foreach (var (link, place) in links.Zip(Places))
            Directory.CreateSymbolicLink(link, place);
        Assert.StartsWith("error place /tmp: it is shared", (await RunAsync(BusyBox, links))[^1], StringComparison.Ordinal);
        Directory.Delete(above, recursive: true);
    }

    [Fact]
    public async Task Where_a_shared_one_cannot_be_found_none_is_used() => Assert.StartsWith("error place /tmp: it is shared",
        (await RunAsync(BusyBox, "/there/is/none"))[^1], StringComparison.Ordinal);

    [Fact]
    public async Task Without_a_place_it_says_so() => Assert.StartsWith("error place /tmp: ", (await RunAsync(BusyBox, "/"))[^1],
        StringComparison.Ordinal);

    [Fact]
    public void Its_script_fits_into_a_URL_that_proxies_let_pass()
    {
        var container = new PodContainer("shop", "web", "uid", "app", "0123456789abcdef");
        var command = new Interpreter(null!, container, new UserSettings("/there/is/none", _ => null)).Command();
        Assert.True(command.Sum(argument => Uri.EscapeDataString(argument).Length) < 6000);
    }

    private async Task<string[]> RunAsync(byte[] content, params string[] refused)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists(Python), "needs Linux, with Python");
        string[] arguments = ["-I", "-c", Interpreter.Script(), _release,
            $"{Machine}={Convert.ToHexStringLower(SHA256.HashData(BusyBox))}={BusyBox.Length}", .. refused];
        using var python = Process.Start(new ProcessStartInfo(Python, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        await python.StandardInput.BaseStream.WriteAsync(content, TestContext.Current.CancellationToken);
        python.StandardInput.Close();
        var output = await python.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await python.WaitForExitAsync(TestContext.Current.CancellationToken);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
