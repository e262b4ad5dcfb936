using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Doctor;

public sealed class ClientFailureTests(TestCluster cluster)
{
    [Fact]
    public async Task Ssh_is_not_installed()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        workstation.Environment["PATH"] = workstation.MakePath("ssh-keygen", "kubectl");
        var run = await DoctorRun.RunAsync(workstation);
        run.FailsAt("ssh", "there is no ssh on your PATH; you: install the OpenSSH client");
        Assert.Equal(("skipped", "not checked, since \"ssh\" is not ok"),
            (run.Checks["configuration"].Outcome, run.Checks["configuration"].Text));
    }

    [Theory]
    [InlineData("OpenSSH_7.9p1, OpenSSL 1.1.1", "OpenSSH 7.9p1, ", "is older than 8.1")]
    [InlineData("Dropbear v2022.83", "is not OpenSSH")]
    public async Task Ssh_is_too_old_or_another(string version, params string[] words)
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        FakeProgram.Install(workstation, "ssh", $"echo '{version}' >&2");
        (await DoctorRun.RunAsync(workstation)).FailsAt("ssh", words);
    }

    [Fact]
    public async Task Ssh_hangs()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        FakeProgram.Install(workstation, "ssh", "sleep 1000");
        (await DoctorRun.RunAsync(workstation)).FailsAt("ssh", "did not end in 15 s");
    }

    [Fact]
    public async Task Ssh_has_not_been_told_of_sshpod()
    {
        await using var workstation = Workstation.Bare(cluster);
        await File.WriteAllTextAsync(workstation.SshConfig, "Host mine\n    User me\n");
        (await DoctorRun.RunAsync(workstation)).FailsAt(
            "configuration", "ssh does not use sshpod for pod--doctor.sshpod; you: run sshpod configure");
    }

    [Fact]
    public async Task The_configuration_of_ssh_is_broken()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        await File.AppendAllTextAsync(workstation.SshConfig, "Frobnicate yes\n");
        (await DoctorRun.RunAsync(workstation)).FailsAt(
            "configuration", $"ssh does not understand its configuration: {workstation.SshConfig}: line", "frobnicate");
    }

    [Fact]
    public async Task The_program_was_moved()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        var own = workstation.File("config/sshpod/ssh_config");
        await File.WriteAllTextAsync(
            own, (await File.ReadAllTextAsync(own)).Replace(Workstation.Program, "/nowhere/sshpod", StringComparison.Ordinal));
        (await DoctorRun.RunAsync(workstation)).FailsAt(
            "configuration", $"ssh runs /nowhere/sshpod, which does not exist, since line", $"of {own}", "you: run sshpod configure");
    }

    [Theory]
    [InlineData("UserKnownHostsFile /dev/null", "UserKnownHostsFile is not")]
    [InlineData("ProxyCommand nc %h %p", "ssh runs another ProxyCommand")]
    [InlineData("ProxyJump gate.example", "through ProxyJump gate.example, not sshpod")]
    [InlineData("PubkeyAuthentication no", "PubkeyAuthentication is no")]
    [InlineData("HostKeyAlgorithms rsa-sha2-512", "HostKeyAlgorithms lacks ssh-ed25519")]
    public async Task An_earlier_block_of_the_users_own_wins(string option, string words)
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        await PrependAsync(workstation, option);
        (await DoctorRun.RunAsync(workstation)).FailsAt(
            "configuration", words, $"since line 2 of {workstation.SshConfig} (Host *) says so");
    }

    [Fact]
    public async Task What_may_work_is_a_warning()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        await PrependAsync(workstation, "StrictHostKeyChecking no");
        (await DoctorRun.RunAsync(workstation)).WarnsAt(
            "configuration", $"StrictHostKeyChecking is not yes, since line 2 of {workstation.SshConfig} (Host *) says so");
    }

    [Fact]
    public async Task The_key_is_open_to_others()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        var key = workstation.File("cache/sshpod/id_ed25519");
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        (await DoctorRun.RunAsync(workstation)).FailsAt("key", $"the private key {key} is open to others (mode 640); you: chmod 600 {key}");
    }

    [Fact]
    public async Task The_halves_of_the_key_do_not_belong_together()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        await using var other = await Workstation.SetUpAsync(cluster);
        File.Copy(other.File("cache/sshpod/id_ed25519.pub"), workstation.File("cache/sshpod/id_ed25519.pub"), overwrite: true);
        (await DoctorRun.RunAsync(workstation)).FailsAt("key", "is not the public half of", "you: remove both");
    }

    [Fact]
    public async Task The_settings_have_a_mistake()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        await File.WriteAllTextAsync(workstation.File("config/sshpod/config.yaml"), "idle: 5\ntransprot: api\n");
        var run = await DoctorRun.RunAsync(workstation);
        run.FailsAt("settings", "config.yaml line", "; you: ");
        Assert.Equal("skipped", run.Checks["context"].Outcome);
    }

    [Fact]
    public async Task The_host_name_is_wrong()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        var run = await DoctorRun.RunAsync(workstation, "root@pods--x.sshpod");
        run.FailsAt("host-name", "unknown prefix \"pods--\"");
        Assert.Equal(("ok", "skipped"), (run.Checks["api-server"].Outcome, run.Checks["target"].Outcome));
    }

    [Fact]
    public async Task Whatever_else_keeps_ssh_from_logging_in_is_told_by_ssh()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        await PrependAsync(workstation, "PreferredAuthentications password");
        (await DoctorRun.RunAsync(workstation, workstation.Host("pod--busybox"))).FailsAt(
            "login", "exited with 255", "Permission denied (publickey)");
    }

    private static async Task PrependAsync(Workstation workstation, string option) =>
        await File.WriteAllTextAsync(workstation.SshConfig, $"Host *\n    {option}\n{await File.ReadAllTextAsync(workstation.SshConfig)}");
}
