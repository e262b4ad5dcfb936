using Sshpod.Clusters.Kubeconfigs;
using Sshpod.HostNames;
using Sshpod.Settings;
using Sshpod.Targets;
using Sshpod.Terminal;

namespace Sshpod.Tests.Targets;

public class AddressBookTests
{
    private static readonly AddressBook Book = new(SettingsFile.Parse("/c.yaml", """
        aliases:
          contexts: {dev: "arn:aws:eks:eu-west-1:123456789012:cluster/dev", a: b, b: c}
          namespaces: {ml: machine-learning-production}
          targets:
            gpu: deployment--trainer.namespace--ml.context--dev
            Db: {pod: postgres.example-0, container: db, context: a@b}
        """).Aliases, new KubeconfigFiles());

    [Theory]
    [InlineData("gpu.sshpod",
        "deployment--trainer.namespace--machine-learning-production.context--arn:aws:eks:eu-west-1:123456789012:cluster/dev.sshpod")]
    [InlineData("GPU.sshpod.",
        "deployment--trainer.namespace--machine-learning-production.context--arn:aws:eks:eu-west-1:123456789012:cluster/dev.sshpod")]
    [InlineData("container--x.gpu.namespace--other.sshpod",
        "container--x.deployment--trainer.namespace--other.context--arn:aws:eks:eu-west-1:123456789012:cluster/dev.sshpod")]
    [InlineData("db.sshpod", "container--db.pod--postgres.example-0.context--a@b.sshpod")]
    [InlineData("pod--x.namespace--ML.context--prod.sshpod", "pod--x.namespace--machine-learning-production.context--prod.sshpod")]
    [InlineData("pod--x.context--a.sshpod", "pod--x.context--b.sshpod")]
    [InlineData("pod--x.context--A.sshpod", "pod--x.context--A.sshpod")]
    [InlineData("pod--gpu.namespace--dev.sshpod", "pod--gpu.namespace--dev.sshpod")]
    public void Aliases_are_looked_up_once_and_parts_win_over_those_of_the_alias(string host, string address) =>
        Assert.Equal(address, Book.Find(host).ToString());

    [Theory]
    [InlineData("gup.sshpod", "part \"gup\" of host name \"gup.sshpod\" has no \"--\" and is not an alias; did you mean \"gpu\"?")]
    [InlineData("web.sshpod", "part \"web\" of host name \"web.sshpod\" has no \"--\" and is not an alias; write it as PREFIX--NAME")]
    [InlineData("gpu.pod--x.sshpod", "part \"gpu\" of host name \"gpu.pod--x.sshpod\" has no \"--\"; write it as")]
    [InlineData("gpu.db.sshpod", "part \"gpu\" of host name \"gpu.db.sshpod\" has no \"--\"; write it as")]
    [InlineData("gpu.container--a.container--b.sshpod", "host name \"gpu.container--a.container--b.sshpod\" has \"container--\" twice")]
    [InlineData(".sshpod", "part \"\" of host name \".sshpod\" has no \"--\"")]
    public void A_name_that_is_neither_a_host_name_nor_an_alias_is_reported(string host, string line) =>
    Assert.StartsWith(line, Assert.Throws<SshpodException>(() => Book.Find(host)).Line);
}

public sealed class AddressBookContextTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public AddressBookContextTests() =>
        File.WriteAllText(_file, "contexts: [{name: kubernetes-admin@kubernetes, context: {}}, {name: prod.example.com, context: {}}]");

    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData("kubernetes.sshpod", "root@pod--x.context--kubernetes-admin", "dev", "kubernetes: \"kubernetes-admin@kubernetes\"")]
    [InlineData("pod--x.context--prod.example.com.sshpod", "root", "dev", "prod-example-com: \"prod.example.com\"")]
    public void A_context_that_no_host_name_holds_gets_an_alias_offered(string host, string user, string known, string entry)
    {
        var book = new AddressBook(Aliases.None with { Contexts = new Dictionary<string, string> { [known] = "x" } },
            new KubeconfigFiles(_file));
        Assert.Contains(entry, Assert.Throws<SshpodException>(() => book.Find(host, user)).Line);
    }
}
