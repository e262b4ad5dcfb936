using CsCheck;
using Sshpod.HostNames;
using Sshpod.Terminal;

namespace Sshpod.Tests.HostNames;

public class HostNameTests
{
    private static readonly string[] Words =
    [
        "pod", "deployment", "job", "container", "namespace", "context", "--", "-", ".", "..", "sshpod", ".sshpod",
        "a", "A1", "\0", "\n", "é", " ", "@", "",
    ];

    [Theory]
    [InlineData("pod--web.sshpod", TargetKind.Pod, "web", null, null, null)]
    [InlineData("pod--web.sshpod.", TargetKind.Pod, "web", null, null, null)]
    [InlineData("deployment--web.namespace--app.context--dev.sshpod", TargetKind.Deployment, "web", null, "app", "dev")]
    [InlineData("job--batch.context--dev.namespace--etl.sshpod", TargetKind.Job, "batch", null, "etl", "dev")]
    [InlineData("container--side.pod--debug.namespace--tools.sshpod", TargetKind.Pod, "debug", "side", "tools", null)]
    [InlineData("namespace--tools.pod--debug.container--side.sshpod", TargetKind.Pod, "debug", "side", "tools", null)]
    public void The_parts_of_a_host_name_are_found_in_any_order(
        string host, TargetKind kind, string target, string? container, string? ns, string? context) =>
        Assert.Equal(new PodAddress(kind, target, container, ns, context), HostName.Parse(host));

    [Theory]
    [InlineData("POD--Web.NAMESPACE--App.SSHPOD", "pod--web.namespace--app.sshpod")]
    [InlineData("pod--web.context--Dev_EU-1.sshpod", "pod--web.context--Dev_EU-1.sshpod")]
    public void Case_does_not_matter_but_in_context_names(string host, string same) =>
        Assert.Equal(same, HostName.Parse(host).ToString());

    [Theory]
    [InlineData("web", "app", "dev", "pod--web.namespace--app.context--dev.sshpod")]
    [InlineData("a.b", "app", "dev", null)]
    [InlineData("a.context--x", "app", null, null)]
    [InlineData("web", "app", "user@cluster", null)]
    [InlineData("web", "", "dev", null)]
    public void A_host_name_is_written_only_where_it_is_read_as_the_same(string pod, string ns, string? context, string? host) =>
        Assert.Equal(host, HostName.Write(new PodAddress(TargetKind.Pod, pod, null, ns, context)));

    [Fact]
    public void A_name_may_hold_two_dashes() =>
        Assert.Equal("my--pod", HostName.Parse("pod--my--pod.sshpod").Target);

    [Theory]
    [InlineData("pod--web", "does not end in .sshpod")]
    [InlineData("", "does not end in .sshpod")]
    [InlineData(".", "does not end in .sshpod")]
    [InlineData("sshpod", "names no target")]
    [InlineData("namespace--app.sshpod", "names no target")]
    [InlineData("pod--web.app.sshpod", "part \"app\"")]
    [InlineData("pod--web..sshpod", "part \"\"")]
    [InlineData("web.sshpod", "part \"web\"")]
    [InlineData("pods--web.sshpod", "unknown prefix \"pods--\"")]
    [InlineData("pod--a.pod--b.sshpod", "\"pod--\" twice")]
    [InlineData("pod--a.namespace--b.namespace--b.sshpod", "\"namespace--\" twice")]
    [InlineData("pod--a.job--b.sshpod", "names 2 targets")]
    [InlineData("pod--.sshpod", "empty name after \"pod--\"")]
    [InlineData("pod--a.context--.sshpod", "empty name after \"context--\"")]
    [InlineData("pod---a.sshpod", "\"-a\"")]
    [InlineData("pod--a_b.sshpod", "\"a_b\"")]
    [InlineData("pod--a.context--a@b.sshpod", "context \"a@b\"")]
    public void A_wrong_host_name_is_told_by_the_part_that_is_wrong(string host, string part)
    {
        var error = Assert.ThrowsAny<SshpodException>(() => HostName.Parse(host));
        Assert.Contains(part, error.Message);
        Assert.NotNull(error.Hint);
    }

    [Fact]
    public void Every_address_parses_back_from_its_host_name()
    {
        var label = Gen.String[Gen.Char["abcxyz0189-"], 1, 20].Where(name => name[0] != '-' && name[^1] != '-');
        var context = Gen.String[Gen.Char["aZ09-_"], 1, 20];
        var address = Gen.Select(Gen.Enum<TargetKind>(), label, label.Null(), label.Null(), context.Null())
            .Select((kind, target, container, ns, ctx) => new PodAddress(kind, target, container, ns, ctx));

        address.Sample(a => HostName.Parse(a.ToString()) == a && HostName.Parse(a + ".") == a);
    }

    [Fact]
    public void No_input_throws_anything_but_the_error_for_users()
    {
        var word = Gen.Int[0, Words.Length - 1].Select(i => Words[i]);
        var host = Gen.OneOf(Gen.String, word.Array[0, 12].Select(string.Concat), word.Array[0, 12]
            .Select(words => string.Concat(words) + ".sshpod"));

        host.Sample(text =>
        {
            try
            {
                return HostName.Parse(HostName.Parse(text).ToString()).Target.Length > 0;
            }
            catch (SshpodException e)
            {
                return !e.Line.Contains('\n');
            }
        });
    }
}
