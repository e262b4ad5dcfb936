using System.Diagnostics;
using System.Text.RegularExpressions;
using Sshpod.Clusters.Objects;
using Sshpod.Server;
using Sshpod.Settings;

namespace Sshpod.Tests.Server;

public partial class ScriptTests
{
    private static readonly PodContainer Container = new("default", "web", "uid", "app", $"containerd://{new string('c', 64)}");

    [Fact]
    public void What_runs_at_every_connection_fits_into_a_url()
    {
        var key = $"ssh-ed25519 {new string('A', 68)} {new string('c', 64)}";

        // Proxies accept URLs of 8 KB. The rest is for names, volumes of the pod and the proxy's own path.
        Assert.InRange(Length($"{Script.Read("probe.sh")}\n{Script.Loader}", "3600", key, "fresh", "86400", "clean-environment"), 1, 6000);
    }

    [Fact]
    public void What_runs_over_stdin_takes_little_of_a_url() => Assert.InRange(Length(Script.Loader, "10000"), 1, 5000);

    [Theory]
    [InlineData("echo ran\n.\n", "ran\n")]
    [InlineData("echo ran\n", "")]
    [InlineData("echo ran", "")]
    [InlineData("", "")]
    public async Task A_script_that_was_cut_off_does_not_run(string sent, string printed)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no sh");
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", $"nl='\n'\n{Script.Loader}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        await shell.StandardInput.WriteAsync(sent);
        shell.StandardInput.Close();
        Assert.Equal(printed, await shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("clean.sh")]
    [InlineData("closed.sh")]
    [InlineData("examine.sh")]
    [InlineData("install.sh")]
    [InlineData("judge.sh")]
    [InlineData("places.sh")]
    [InlineData("stage.sh")]
    public void Variables_are_words(string name) =>
        Assert.DoesNotContain(Variable().Matches(Script.Read(name)),
            variable => variable.Groups["name"].Captures.Any(name => name.Length == 1));

    // Includes the hashes of two bundles, even where this build has none.
    private static int Length(string script, params string[] arguments) =>
        new ContainerShell(Container, new UserSettings("/there/is/none", _ => null))
            .Command(script, [.. arguments, new string('h', 130)])
            .Sum(word => $"&command={Uri.EscapeDataString(word).Replace("%20", "+", StringComparison.Ordinal)}".Length);

    // A variable that is assigned, read or looped over.
    [GeneratedRegex(@"(?<=^|[\s;({])(?:(?<name>[a-z]\w*)=|for (?<name>[a-z]\w*)|read -r(?: _| (?<name>[a-z]\w*))+)",
        RegexOptions.Multiline)]
    private static partial Regex Variable();
}
