using Sshpod.Completion;

namespace Sshpod.Tests.Completion;

public class HostCompletionTests
{
    [Theory]
    [InlineData("p", "pod--")]
    [InlineData("root@de", "root@deployment--")]
    [InlineData("c", "container--|context--|cronjob--")]
    [InlineData("pod--", "pod--one.sshpod|pod--two.container--first.sshpod|pod--two.container--second.sshpod|pod--with-sidecar.sshpod")]
    [InlineData("root@pod--on", "root@pod--one.sshpod")]
    [InlineData("pod--one", "pod--one.sshpod")]
    [InlineData("pod--one.", "pod--one.container--|pod--one.context--|pod--one.namespace--|pod--one.sshpod")]
    [InlineData("pod--one.s", "pod--one.sshpod")]
    [InlineData("pod--with-sidecar.container--", "pod--with-sidecar.container--main.sshpod|pod--with-sidecar.container--side.sshpod")]
    [InlineData("container--f", "container--first.")]
    [InlineData(
        "container--first.",
        "container--first.context--|container--first.cronjob--|container--first.daemonset--|"
            + "container--first.deployment--|container--first.job--|container--first.namespace--|"
            + "container--first.pod--|container--first.replicaset--|container--first.service--|container--first.statefulset--")]
    [InlineData("container--first.pod--", "container--first.pod--two.sshpod")]
    [InlineData("deployment--w", "deployment--web.sshpod")]
    [InlineData("namespace--", "namespace--app.|namespace--default.")]
    [InlineData("namespace--app.pod--", "namespace--app.pod--in-app.sshpod")]
    [InlineData("pod--in-app.namespace--a", "pod--in-app.namespace--app.sshpod")]
    [InlineData("context--", "context--Dev.|context--prod.")]
    [InlineData("context--prod.deployment--", "context--prod.deployment--in-prod.sshpod")]
    [InlineData("context--prod.namespace--", "context--prod.namespace--of-prod.")]
    [InlineData("root@gp", "root@gpu.sshpod")]
    // Not ours, or can never become a host name.
    [InlineData("prod", "")]
    [InlineData("pods--", "")]
    [InlineData("pod--one.pod--", "")]
    [InlineData("pod--one.deployment--", "")]
    [InlineData("pod--one.sshpod", "pod--one.sshpod")]
    [InlineData("pod--one.sshpod:", "")]
    [InlineData("pod--one.sshpod:/etc/", "")]
    [InlineData("example.com", "")]
    [InlineData("a.pod--", "")]
    [InlineData("deployment--web.container--", "")]
    public void A_word_is_completed_by_its_parts(string word, string candidates) =>
        Assert.Equal(candidates, string.Join('|', new HostCompletion("ssh", LookUp).Complete(word)));

    [Theory]
    [InlineData("scp", "pod--one.sshpod:")]
    [InlineData("rsync", "pod--one.sshpod:")]
    [InlineData("sftp", "pod--one.sshpod")]
    public void Where_a_path_follows_the_host_there_is_a_colon(string program, string candidate) =>
        Assert.Equal([candidate], new HostCompletion(program, LookUp).Complete("pod--on"));

    [Fact]
    public void A_name_that_means_something_to_a_shell_is_no_candidate()
    {
        string[] names = ["$(reboot)", "a b", "a;b", "x\ny", "a.b", "-a", "A", "ok"];
        Assert.Equal(["deployment--ok.sshpod"], new HostCompletion("ssh", _ => names).Complete("deployment--"));
        Assert.Equal(
            ["pod--ok.sshpod"],
            new HostCompletion("ssh", _ => [.. names.Select(name => $"{name}/main/default"), "ok/$(reboot)/", "ok", "////"]).Complete(
                "pod--"));
    }

    private static IReadOnlyList<string> LookUp(NameQuery query) => (query.Kind, query.Namespace, query.Context) switch
    {
        ("pod", null, null) => ["one/main/default", "two/first/", "two/second/", "with-sidecar/main/default", "with-sidecar/side/"],
        ("pod", "app", null) => ["in-app/main/default"],
        ("deployment", null, null) => ["web", "api"],
        ("deployment", null, "prod") => ["in-prod"],
        ("namespace", null, null) => ["default", "app"],
        ("namespace", null, "prod") => ["of-prod"],
        ("alias", null, null) => ["gpu", "not an alias"],
        ("context", null, null) => ["prod", "Dev", "kubernetes-admin@kubernetes"],
        _ => [],
    };
}
