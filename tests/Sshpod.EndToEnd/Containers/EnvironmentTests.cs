using System.Text;
using CliWrap;
using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Containers;

/// <summary>A session has the same environment as <c>kubectl exec</c>.</summary>
[Trait(Suites.Name, Suites.Once)]
public sealed class EnvironmentTests(TestCluster cluster)
{
    private const string Path = "/opt/tools/bin:/usr/local/bin:/usr/bin:/bin";

    // JSON, and so YAML.
    private static readonly string Variables = $$"""
        env: [{name: PATH, value: "{{Path}}"}, {name: SPACES, value: "  a  b "}, {name: QUOTES, value: "'\"`$x\\ $(id)"},
        """ + $$"""
         {name: HASH, value: "# no comment"},
          {name: EQUALS, value: "=a=b="}, {name: LINES2, value: "\none\n\ntwo\n"}, {name: UTF8, value: "grün ✓ 漢字 😀"},
        """ + $$"""
         {name: EMPTY, value: ""}, {name: TZ, value: Europe/Berlin},
          {name: KRB5CCNAME, value: kept}, {name: MAIL, value: kept}, {name: LD_LIBRARY_PATH, value: /opt/lib},
        """ + $$"""
         {name: BIG, value: "{{new string('x', 100_000)}}"}]
        """;

    // Set by ssh, according to its manual page, and by the shell that runs the command.
    private static readonly string[] Sshs = ["USER", "LOGNAME", "SHELL", "SSH_CLIENT", "SSH_CONNECTION", "SSH_TTY",
        "SHLVL", "PWD", "OLDPWD", "_"];

    [Theory]
    [InlineData("busybox:1", "", "root", true)]
    [InlineData("debian:12", "securityContext: {runAsUser: 1000, runAsGroup: 1000}", "app", true)]
    [InlineData("debian:12", "securityContext: {runAsUser: 1000670000}", "root", true)]
    [InlineData("debian:12", "securityContext: {runAsUser: 0}", "app", false)]
    public async Task It_is_the_containers_byte_for_byte(string image, string context, string user, bool sameUser)
    {
        var pod = $"environ-{Guid.NewGuid():N}"[..16];
        await cluster.CreatePodAsync(pod, image, Variables + (context.Length > 0 ? $", {context}" : ""));
        await using var workstation = await Workstation.SetUpAsync(cluster);
        var ssh = await workstation.RunAsync("ssh", "-F", workstation.SshConfig, $"{user}@{workstation.Host($"pod--{pod}")}",
            "exec cat /proc/self/environ");
        var exec = (await cluster.ExecAsync(pod, "cat", "/proc/self/environ")).Successfully();

        // HOME is ssh's for a different user.
        string[] left = sameUser ? Sshs : [.. Sshs, "HOME"];
        var expected = Entries(exec.Output, left);
        Assert.Equal(expected, Entries(ssh.Quietly().Output, left));
        Assert.Contains("LINES2=\none\n\ntwo\n", expected);
        Assert.Contains($"PATH={Path}", expected);
    }

    [Theory]
    [InlineData("container", "secret")]
    [InlineData("clean", "")]
    public async Task A_login_as_another_user_gets_what_the_settings_say(string setting, string seen)
    {
        var pod = $"others-{setting}";
        await cluster.CreatePodAsync(pod, "debian:12", "env: [{name: SECRET, value: secret}], securityContext: {runAsUser: 0}");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        await File.WriteAllTextAsync(workstation.File("config/sshpod/config.yaml"), $"other-users-environment: {setting}",
            TestContext.Current.CancellationToken);

        Assert.Equal($"app {seen}\n", await new Login(workstation, "app", $"pod--{pod}").RunAsync("echo \"$USER $SECRET\""));
        Assert.Equal("root secret\n", await new Login(workstation, "root", $"pod--{pod}").RunAsync("echo $USER $SECRET"));
    }

    [Fact]
    public async Task The_umask_is_the_containers()
    {
        // Every runtime starts exec with 0022, which sshd would not change; sshd/test/10-root.sh tests another umask.
        await cluster.CreatePodAsync("umask", "busybox:1");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        var login = new Login(workstation, "root", "pod--umask");
        Assert.Equal((await cluster.ExecAsync("umask", "sh", "-c", "umask")).Successfully().Text, await login.RunAsync("umask"));
    }

    [Fact]
    public async Task What_the_user_sends_arrives_and_wins()
    {
        await cluster.CreatePodAsync("sent", "debian:12", Variables);
        await using var workstation = await Workstation.SetUpAsync(cluster);
        workstation.Environment["LANG"] = "de_DE.UTF-8";
        workstation.Environment["FOO"] = "a b'c\"d#e=f\né";
        workstation.Environment["TZ"] = "Asia/Tokyo";
        var login = new Login(workstation, "root", "pod--sent");

        Assert.Equal("de_DE.UTF-8|a b'c\"d#e=f\né|Asia/Tokyo",
            await login.RunAsync("printf %s \"$LANG|$FOO|$TZ\"", "-o", "SendEnv=LANG FOO TZ"));
        Assert.Equal("/mine:/usr/bin:/bin|more",
            await login.RunAsync("printf %s \"$PATH|$MORE\"", "-o", "SetEnv=PATH=/mine:/usr/bin:/bin MORE=more"));
        // None of it persists.
        Assert.Equal($"{Path}||Europe/Berlin", await login.RunAsync("printf %s \"$PATH|$FOO|$TZ\""));
    }

    [Theory]
    [InlineData("busybox:1", "root")]
    [InlineData("debian:12", "root")]
    [InlineData("debian:12", "app")]
    public async Task A_login_shell_keeps_the_path(string image, string user)
    {
        var pod = $"login-{user}-{image.Split(':')[0]}";
        // Most images have a profile that resets PATH.
        await cluster.CreatePodAsync(
            pod, image, Variables + """, command: [sh, -c, "echo 'export PATH=/from/profile' >/etc/profile; exec /pause"]""");
        await using var workstation = await Workstation.SetUpAsync(cluster);

        // The terminal also echoes the input, so the expected text must not be in it.
        var screen = await Run.ProgramAsync("ssh",
            ["-F", workstation.SshConfig, "-q", "-tt", $"{user}@{workstation.Host($"pod--{pod}")}"], workstation.Environment,
            PipeSource.FromString("echo \"path\"=$PATH\nexit 7\n"));

        Assert.Contains($"path={Path}\r\n", screen.Text, StringComparison.Ordinal);
        Assert.Equal(7, screen.ExitCode);
    }

    private static string[] Entries(byte[] environ, string[] left) =>
        [.. Encoding.UTF8.GetString(environ).Split('\0').Where(entry => entry.Length > 0 && !left.Contains(entry.Split('=')[0]))
            .Order(StringComparer.Ordinal)];
}
