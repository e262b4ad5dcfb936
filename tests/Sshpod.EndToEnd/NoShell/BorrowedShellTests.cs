using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.NoShell;

/// <summary>Where exec alone leads to a shell, the pod is left as it is.</summary>
[Trait(Suites.Name, Suites.Once)]
public sealed class BorrowedShellTests(TestCluster cluster)
{
    [Fact]
    public async Task A_container_beside_it_with_another_user_lends_nothing()
    {
        var pod = await CreateAsync("borrowed-other", "1000", "2000");
        await using var workstation = await ShelllessPod.SetUpAsync(cluster, consent: null);
        var version = await pod.VersionAsync();

        var refused = await workstation.SshAsync(InMain(pod), "true");

        Assert.Equal(255, refused.ExitCode);
        Assert.Contains("has no shell \"sh\"; put one beside it with: sshpod debug", Assert.Single(ShelllessPod.Lines(refused)),
            StringComparison.Ordinal);
        Assert.Equal(version, await pod.VersionAsync());
    }

    [Fact]
    public async Task An_interpreter_of_the_image_stands_in_for_a_shell()
    {
        await cluster.CreatePodAsync("borrowed-python", "debian:12", "lifecycle: {postStart: {exec: {command: [sh, -c, "
            + "\"rm -f /usr/bin/perl* /bin/sh /bin/dash /bin/bash /bin/rbash\"" + "]}}}");
        var pod = new ShelllessPod(cluster, "borrowed-python");
        Assert.NotEqual(0, (await cluster.ExecAsync(pod.Name, "sh", "-c", "true")).ExitCode);
        await using var workstation = await ShelllessPod.SetUpAsync(cluster);
        var version = await pod.VersionAsync();

        Assert.Equal("0\n", (await workstation.SshAsync(pod.Target, "id -u")).Quietly().Text);

        Assert.Equal(version, await pod.VersionAsync());
        await new Login(workstation, "root", pod.Target).CopyThereAndBackAsync();
    }

    private static string InMain(ShelllessPod pod) => $"container--main.{pod.Target}";

    private async Task<ShelllessPod> CreateAsync(string name, string user, string other)
    {
        await cluster.ApplyAsync($$$"""
            apiVersion: v1
            kind: Pod
            metadata: {name: {{{name}}}}
            spec:
              terminationGracePeriodSeconds: 0
              shareProcessNamespace: true
              containers:
              - {name: main, image: "IMAGES/static:1", env: [{name: WHO, value: main}],
                 securityContext: {runAsUser: {{{user}}}, runAsGroup: {{{user}}} }}
              - {name: beside, image: "IMAGES/busybox:1", env: [{name: WHO, value: beside}],
                 securityContext: {runAsUser: {{{other}}}, runAsGroup: {{{other}}} }}
            """);
        await cluster.WaitReadyAsync($"pod/{name}");
        return new ShelllessPod(cluster, name);
    }
}
