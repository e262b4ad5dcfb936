using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using CliWrap;
using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.NoShell;

/// <summary>A container without a shell is used as any other, and a session there is what a process of its image would be.</summary>
public sealed class DistrolessTests(TestCluster cluster)
{
    private const string Unprivileged = "allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}";

    // 256 MiB in `make soak`.
    private static readonly int Size = Environment.GetEnvironmentVariable("SSHPOD_SOAK_MIB") is { Length: > 0 } ? 256 << 20 : 64 << 20;

    // Set by ssh, according to its manual page, and by the shell that runs the command.
    private static readonly string[] Sshs =
        ["USER", "LOGNAME", "SHELL", "HOME", "SSH_CLIENT", "SSH_CONNECTION", "SHLVL", "PWD", "OLDPWD", "_"];

    [Theory]
    [InlineData("distroless-root", "", "0")]
    [InlineData("distroless-bare", $"securityContext: {{{Unprivileged}}}", "0")]
    [InlineData("distroless-nonroot", ShelllessPod.Nonroot, "65532")]
    [InlineData("distroless-group", "securityContext: {runAsUser: 65532}", "65532")]
    public async Task A_container_without_a_shell_gets_everything(string name, string container, string uid)
    {
        var pod = await ShelllessPod.CreateAsync(cluster, name, Append("""env: [{name: SPACES, value: "  a  b "}]""", container));
        await using var workstation = await ShelllessPod.SetUpAsync(cluster);
        await IsUsedFullyAsync(workstation, pod.Target, "/tmp", uid);
        await pod.HasEndedWellAsync(await pod.OnlyHelperAsync());
    }

    [Fact]
    public async Task So_does_one_where_nothing_can_be_written_and_its_helper_stays()
    {
        // Another container can write to the volume as the same user: it takes files, but is no place for the server.
        await cluster.ApplyAsync($$$"""
            apiVersion: v1
            kind: Pod
            metadata: {name: distroless-restricted}
            spec:
              terminationGracePeriodSeconds: 0
              securityContext: {runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65532, fsGroup: 2000,
                seccompProfile: {type: RuntimeDefault}}
              volumes: [{name: files, emptyDir: {}}]
              containers:
              - {name: main, image: "IMAGES/static:1", env: [{name: SPACES, value: "  a  b "}],
                 securityContext: {{{{Unprivileged}}}, readOnlyRootFilesystem: true}, volumeMounts: [{name: files, mountPath: /files}]}
              - {name: other, image: "IMAGES/static:1",
                 securityContext: {{{{Unprivileged}}}}, volumeMounts: [{name: files, mountPath: /files}]}
            """);
        await cluster.WaitReadyAsync("pod/distroless-restricted");
        var pod = new ShelllessPod(cluster, "distroless-restricted");
        await using var workstation = await ShelllessPod.SetUpAsync(cluster);
        await IsUsedFullyAsync(workstation, "container--main.pod--distroless-restricted", "/files", "65532");
        Assert.True(await pod.RunsAsync(await pod.OnlyHelperAsync()));
    }

    [Fact]
    public async Task Where_the_container_is_root_a_name_it_knows_is_that_user()
    {
        var pod = await ShelllessPod.CreateAsync(cluster, "distroless-names");
        await using var workstation = await ShelllessPod.SetUpAsync(cluster);
        Assert.Equal("0\n", (await workstation.SshAsync(pod.Target, "id -u")).Successfully().Text);
        Assert.Equal("65532 nonroot\n", await new Login(workstation, "nonroot", pod.Target).RunAsync("echo $(id -u) $USER"));
        Assert.Equal("0\n", await new Login(workstation, "nobody-knows", pod.Target).RunAsync("id -u"));
    }

    [Fact]
    public async Task Where_the_server_has_no_place_every_name_is_the_containers_user()
    {
        var pod = await ShelllessPod.CreateAsync(cluster, "distroless-no-names", "securityContext: {readOnlyRootFilesystem: true}");
        await using var workstation = await ShelllessPod.SetUpAsync(cluster);
        Assert.Equal("0\n", (await workstation.SshAsync(pod.Target, "id -u")).Successfully().Text);
        Assert.Equal("0\n", await new Login(workstation, "nonroot", pod.Target).RunAsync("id -u"));
        // A login that was refused would make the server hang up on everybody.
        Assert.Equal("0\n", await new Login(workstation, "root", pod.Target).RunAsync("id -u"));
    }

    [Fact]
    public async Task A_main_process_that_has_changed_its_user_changes_nothing()
    {
        var pod = await ShelllessPod.CreateWithScriptAsync(cluster, "distroless-changed", "exec $b setuidgid nonroot /app");
        await using var workstation = await ShelllessPod.SetUpAsync(cluster);
        Assert.Equal("0\n", (await workstation.SshAsync(pod.Target, "id -u")).Successfully().Text);
        Assert.Equal("Uid:\t65532\t65532\t65532\t65532\n",
            (await workstation.SshAsync(pod.Target, "grep ^Uid /proc/1/status")).Quietly().Text);
    }

    [Fact]
    public async Task The_programs_of_the_image_come_first_and_the_usual_ones_are_there()
    {
        var pod = await ShelllessPod.CreateWithScriptAsync(cluster, "distroless-tools", """
            $b mkdir -p /usr/local/bin
            $b printf '#!/tools/busybox sh\necho of the image\n' >/usr/local/bin/tar
            $b chmod 755 /usr/local/bin/tar
            exec /app
            """);
        await using var workstation = await ShelllessPod.SetUpAsync(cluster);
        Assert.Equal("of the image\n", (await workstation.SshAsync(pod.Target, "tar")).Successfully().Text);
        Assert.Equal("", await new Login(workstation, "root", pod.Target).RunAsync(
            "for name in sh bash ls ps vi less top wget; do command -v $name >/dev/null || echo $name; done"));
        Assert.Equal("by bash\n", (await workstation.SshAsync(PipeSource.FromString("echo by bash\n"), pod.Target, "bash")).Quietly().Text);
    }

    private static async Task IsUsedFullyAsync(Workstation workstation, string target, string place, string uid)
    {
        var login = new Login(workstation, "root", target);
        Assert.Equal($"{uid}\n", (await workstation.SshAsync(target, "id -u")).Successfully().Text);
        Assert.Equal("/\n", (await login.RunAsync("pwd")));

        Assert.Equal(await login.RunAsync(Kernels("1")), await login.RunAsync(Kernels("$$")));
        await HasTheEnvironmentOfTheContainerAsync(workstation, target);
        await KeepsFilesAsync(workstation, target, place);
        await HasJobsAsync(workstation, target);
        await ReachesPortsAsync(workstation, target);
        await LendsTheAgentAsync(workstation, target);
    }

    // What the kernel knows of a process.
    private static string Kernels(string process) =>
        $"grep -E '^(Uid|Gid|Groups|Cap[A-Z][a-z]+|NoNewPrivs|Seccomp):' /proc/{process}/status; cat /proc/{process}/cgroup;"
        + $" for n in cgroup ipc mnt net pid user uts; do readlink /proc/{process}/ns/$n; done";

    private static async Task HasTheEnvironmentOfTheContainerAsync(Workstation workstation, string target)
    {
        var (container, session) = (await VariablesAsync("1"), await VariablesAsync("$$"));
        Assert.Equal("  a  b ", container["SPACES"]);
        // What the image has goes first, and then what we have brought.
        Assert.Matches($"^{container["PATH"]}:/.*/bin$", session["PATH"]);
        Assert.DoesNotContain(':', session["PATH"][(container["PATH"].Length + 1)..]);
        container.Remove("PATH");
        session.Remove("PATH");
        Assert.Equal(container.OrderBy(variable => variable.Key), session.OrderBy(variable => variable.Key));

        async Task<Dictionary<string, string>> VariablesAsync(string process) =>
            (await workstation.SshAsync(target, $"exec cat /proc/{process}/environ")).Quietly().Text.Split('\0')
            .Where(entry => entry.Length > 0).Select(entry => entry.Split('=', 2)).Where(entry => !Sshs.Contains(entry[0]))
            .ToDictionary(entry => entry[0], entry => entry[1]);
    }

    private static async Task KeepsFilesAsync(Workstation workstation, string target, string place)
    {
        string sent = workstation.File("sent"), there = $"{place}/sent", address = $"root@{workstation.Host(target)}";
        await WriteRandomAsync(sent);
        var hash = await HashAsync(sent);

        (await workstation.RunAsync("scp", "-q", "-F", workstation.SshConfig, sent, $"{address}:{there}")).Quietly();
        (await workstation.RunAsync("scp", "-q", "-F", workstation.SshConfig, $"{address}:{there}", workstation.File("scp"))).Quietly();
        Assert.Equal(hash, await HashAsync(workstation.File("scp")));

        await File.WriteAllTextAsync(workstation.File("batch"),
            $"rm {there}\nput {sent} {there}\nget {there} {workstation.File("sftp")}\nrm {there}\n");
        (await workstation.RunAsync("sftp", "-q", "-F", workstation.SshConfig, "-b", workstation.File("batch"), address)).Quietly();
        Assert.Equal(hash, await HashAsync(workstation.File("sftp")));
    }

    private static async Task HasJobsAsync(Workstation workstation, string target)
    {
        await using var terminal = await TmuxTerminal.StartAsync(
            workstation, 90, 30, $"{workstation.SshCommand} -tt root@{workstation.Host(target)}");
        await terminal.WaitForAsync("[#$] *$");
        await terminal.TypeAsync("stty size");
        await terminal.WaitForAsync("^30 90");
        await terminal.TypeAsync("tty");
        await terminal.WaitForAsync("^/dev/pts/");
        await terminal.TypeAsync("sleep 1000");
        // A key that comes before the job does nothing.
        await Eventually.HoldsAsync("the job stops", async () => await PressedAsync("C-z", "Stopped"));
        await terminal.TypeAsync("clear; jobs");
        await terminal.WaitForAsync(@"^\[1\] *\+ *Stopped .*sleep 1000");
        await terminal.TypeAsync("fg");
        await terminal.WaitForAsync("^sleep 1000");
        await Eventually.HoldsAsync("the job ends", async () =>
        {
            await terminal.PressAsync("C-c");
            await terminal.TypeAsync("echo jobs: $(jobs)");
            return (await terminal.ScreenAsync()).Contains("\njobs: \n", StringComparison.Ordinal)
                || (await terminal.ScreenAsync()).Contains("\njobs:\n", StringComparison.Ordinal);
        });
        await terminal.TypeAsync("exit 7");
        await terminal.WaitForAsync("exit status 7");

        async Task<bool> PressedAsync(string key, string shown)
        {
            await terminal.PressAsync(key);
            return (await terminal.ScreenAsync()).Contains(shown, StringComparison.Ordinal);
        }
    }

    private static async Task ReachesPortsAsync(Workstation workstation, string target)
    {
        // Our server in the container listens on its loopback, and speaks first.
        var port = int.Parse((await workstation.SshAsync(target, "echo $SSH_CONNECTION")).Quietly().Text.Trim().Split(' ')[3],
            CultureInfo.InvariantCulture);
        var local = FreePort.Find();
        await using var ssh = workstation.StartSsh(
            "-N", "-o", "ExitOnForwardFailure=yes", "-L", $"127.0.0.1:{local}:127.0.0.1:{port}", $"root@{workstation.Host(target)}");
        var banner = "";
        await Eventually.HoldsAsync("the forwarded port answers", async () =>
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync("127.0.0.1", local);
                var buffer = new byte[8];
                await client.GetStream().ReadExactlyAsync(buffer).AsTask().WaitAsync(TimeSpan.FromSeconds(10));
                banner = Encoding.ASCII.GetString(buffer);
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                return false;
            }
            return true;
        });
        Assert.Equal("sshpod-r", banner);
        Assert.Equal("", ssh.Error);
    }

    private static async Task LendsTheAgentAsync(Workstation workstation, string target)
    {
        await using var agent = await SshAgent.StartAsync(workstation);
        var key = await agent.AddNewKeyAsync();
        // There is no ssh-add in the container, so its socket is used from here.
        var socket = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var lending = new RunningProgram("ssh", ["-F", workstation.SshConfig, "-A", $"root@{workstation.Host(target)}",
            "echo $SSH_AUTH_SOCK; exec sleep 1000"], workstation.Environment,
            output: PipeTarget.ToDelegate(line => socket.TrySetResult(line)));
        var there = await socket.Task.WaitAsync(TimeSpan.FromSeconds(30));
        var here = workstation.File("lent");
        await using var reaching = workstation.StartSsh("-N", "-L", $"{here}:{there}", $"root@{workstation.Host(target)}");
        await Eventually.HoldsAsync("the agent's socket is forwarded", () => File.Exists(here));
        workstation.Environment["SSH_AUTH_SOCK"] = here;
        Assert.Equal(key.Split(' ')[1], (await workstation.RunAsync("ssh-add", "-L")).Successfully().Text.Split(' ')[1]);
    }

    private static string Append(string fields, string more) => more.Length > 0 ? $"{fields}, {more}" : fields;

    private static async Task WriteRandomAsync(string path)
    {
        await using var file = File.Create(path);
        var piece = new byte[1 << 20];
        for (var written = 0; written < Size; written += piece.Length)
        {
            RandomNumberGenerator.Fill(piece);
            await file.WriteAsync(piece);
        }
    }

    private static async Task<string> HashAsync(string path)
    {
        await using var file = File.OpenRead(path);
        return Convert.ToHexString(await SHA256.HashDataAsync(file));
    }
}
