using System.Diagnostics;
using Sshpod.Clusters.Objects;
using Sshpod.Server;
using Sshpod.Settings;

namespace Sshpod.Tests.Server;

public class HelperShellTests
{
    private static readonly PodContainer Container = new("shop", "web", "uid", "app", "0123456789abcdef");

    private static readonly UserSettings NoSettings = new("/there/is/none", _ => null);

    private static readonly string There = $"/tmp/sshpod/{Bundles.Release}/sh", Staged = $"/proc/7/root{There}";

    [Fact]
    public void A_shell_that_was_left_in_the_container_is_found_by_what_the_helper_said_when_it_ended() =>
        Assert.Equal(There, HelperShell.Installed([Ended(There + "\n")], Container, NoSettings));

    [Theory]
    [InlineData("/tmp/sshpod/0000000000000000/sh")]
    [InlineData("tmp/sshpod/RELEASE/sh")]
    [InlineData("/proc/7/root/tmp/sshpod/RELEASE/sh")]
    [InlineData("/tmp/$(id)/RELEASE/sh")]
    [InlineData("/tmp/a/../RELEASE/sh")]
    [InlineData("user 0 0")]
    [InlineData("")]
    [InlineData(null)]
    public void Nothing_else_that_a_helper_says_is_run(string? message) => Assert.Null(HelperShell.Installed(
        [Ended(message?.Replace("RELEASE", Bundles.Release, StringComparison.Ordinal))], Container, NoSettings));

    // The spec's path may be a link, and then the container's is another.
    [Theory]
    [InlineData("/tmp/sshpod", "/tmp")]
    [InlineData("/tmp/sshpod", "/")]
    [InlineData("/run/sshpod", "/var/run")]
    [InlineData("/run/user/sshpod", "/var/run/user")]
    [InlineData("/run/lock/sshpod", "/var/lock")]
    public void A_shell_in_a_place_to_which_others_have_come_is_not_run(string place, string volume)
    {
        var shared = Container with { Places = new Places([new MountedVolume(volume, "v", Sharing.SameUser)]) };
        Assert.Null(HelperShell.Installed([Ended($"{place}/{Bundles.Release}/sh")], shared, NoSettings));
        var other = Container with { Places = new Places([new MountedVolume("/data", "v", Sharing.SameUser)]) };
        Assert.NotNull(HelperShell.Installed([Ended($"{place}/{Bundles.Release}/sh")], other, NoSettings));
    }

    // A client to which it did not count would add another ephemeral container.
    [Theory]
    [InlineData("/tmp/sshpod", "/var/tmp")]
    [InlineData("/tmp/sshpod", "/data/tmp")]
    [InlineData("/tmp/sshpod", "/tm")]
    [InlineData("/var/tmp/sshpod", "/tmp")]
    [InlineData("/dev/shm/sshpod", "/shm")]
    public void A_shared_place_whose_name_just_ends_alike_is_another(string place, string volume)
    {
        var shared = Container with { Places = new Places([new MountedVolume(volume, "v", Sharing.SameUser)]) };
        Assert.NotNull(HelperShell.Installed([Ended($"{place}/{Bundles.Release}/sh")], shared, NoSettings));
    }

    [Fact]
    public void A_shell_that_was_left_before_a_restart_is_not_run_afterwards() => Assert.Null(HelperShell.Installed([Ended(There)],
        Container with { ContainerId = "fedcba9876543210" }, NoSettings));

    [Fact]
    public void What_another_container_with_the_same_user_could_have_written_in_a_helper_is_not_run()
    {
        var watched = Container with { Places = new Places([], Processes: Sharing.SameUser) };
        Assert.Null(HelperShell.Installed([Ended(There)], watched, NoSettings));
        Assert.Equal(["sh", "/bin/sh"], Tried(new ContainerShell(watched, NoSettings, Staged)));
        // What is in the container is not in the helper.
        Assert.Equal(There, Tried(new ContainerShell(watched, NoSettings, There)).First());
        var trusting = new UserSettings("/there/is/none", name => name == "SSHPOD_SHARED_PLACES" ? "allow" : null);
        Assert.Equal(There, HelperShell.Installed([Ended(There)], watched, trusting));
        Assert.Equal(Staged, Tried(new ContainerShell(watched, trusting, Staged)).First());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Only_the_process_of_a_helper_is_ended_and_not_another_with_its_number(bool isHelper)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs sh");
        var root = Directory.CreateTempSubdirectory("sshpod-").FullName;
        foreach (var directory in new[] { "dev", "tmp/sshpod" })
            Directory.CreateDirectory(Path.Combine(root, directory));
        if (isHelper)
            await File.WriteAllTextAsync(Path.Combine(root, "tmp/sshpod/holder"), "", TestContext.Current.CancellationToken);
#pragma warning disable RS0030
        using var process = Process.Start("/bin/sh", ["-c", "exec sleep 60"]);
        using var shell = Process.Start("/bin/sh", ["-c", HelperShell.End(process.Id, root, "cleaned")]);
#pragma warning restore RS0030
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        if (isHelper)
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal((isHelper, isHelper), (process.HasExited, File.Exists(Path.Combine(root, "dev/termination-log"))));
        process.Kill();
        Directory.Delete(root, recursive: true);
    }

    [Fact]
    public void The_shells_are_tried_in_order_and_a_remembered_one_first()
    {
        var settings = new UserSettings("/there/is/none", _ => null);
        Assert.Equal(["sh", "/bin/sh"], Tried(new ContainerShell(Container, settings)));
        Assert.Equal([There, "sh", "/bin/sh"], Tried(new ContainerShell(Container, settings, There)));
        // The memory is a file.
        Assert.Equal(["sh", "/bin/sh"], Tried(new ContainerShell(Container, settings, "/tmp/evil/sh")));
    }

    [Fact]
    public void A_lent_shell_brings_its_tools_and_the_containers_own_go_first()
    {
        var shell = new ContainerShell(Container, new UserSettings("/there/is/none", _ => null));
        shell.Use(Staged);
        Assert.Equal(Staged, shell.Lent);
        Assert.StartsWith($"PATH=$PATH:/proc/7/root/tmp/sshpod/{Bundles.Release}/bin\n", shell.Command("true", [])[2],
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("7 65532 65532", "/proc/7/root")]
    [InlineData("0 0 0", null)]
    [InlineData("7 -1 0", null)]
    [InlineData("7/../1 0 0", null)]
    [InlineData("7 0", null)]
    [InlineData("99999999999 0 0", null)]
    public void What_a_helper_says_of_itself_is_parsed(string text, string? root) => Assert.Equal(root, StagedHelper.Parse("n",
        text)?.Root);

    [Fact]
    public void The_next_helper_has_a_free_name_or_is_one_that_may_run()
    {
        var names = HelperName.All(Container).ToArray();
        Assert.Equal(names[0], HelperEntry.Next([], Container));
        Assert.Equal(names[0], HelperEntry.Next([new(names[0], null)], Container));
        Assert.Equal(names[1], HelperEntry.Next([new(names[0], Status(new(Waiting: new("ErrImageNeverPull"))))], Container));
        Assert.Equal(names[1], HelperEntry.Next([Ended("")], Container));
        Assert.Equal("sshpod-00000000", HelperEntry.Next([Ended(""), new("sshpod-00000000", Status(new(Running: new())))], Container));
        Assert.Null(HelperEntry.Next([.. names.Select(name => new HelperEntry(name, Status(new(Terminated: new()))))], Container));
    }

    private static IEnumerable<string> Tried(ContainerShell shell)
    {
        do
            yield return shell.Command("true", [])[0];
        while (shell.HasAnother());
    }

    private static HelperEntry Ended(string? message) =>
        new(HelperName.Of(Container, 0), Status(new(Terminated: new("Completed", message, 0))));

    private static ContainerStatus Status(ContainerState state) => new("any", "containerd://1", state);
}
