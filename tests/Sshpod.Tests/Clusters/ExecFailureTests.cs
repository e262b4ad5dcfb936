using Sshpod.Clusters;
using Sshpod.Clusters.Objects;

namespace Sshpod.Tests.Clusters;

public class ExecFailureTests
{
    private static readonly PodContainer Container = new("app", "web", "uid", "main", "id", Node: "node1");

    [Theory]
    [InlineData("unable to upgrade connection: container not found (\"main\")")]
    [InlineData("unable to upgrade connection: pod does not exist")]
    [InlineData("rpc error: code = NotFound desc = failed to exec in container: no running task found: task ID not found")]
    [InlineData("failed to exec in container: failed to start exec \"4f5c\": cannot exec in a stopped state: unknown")]
    [InlineData("failed to start exec \"4f5c\": cannot exec in a deleted state: unknown")]
    [InlineData("failed to create exec \"4f5c\": container not created: not found")]
    [InlineData("failed to create runc: error executing setns process: exit status 1: unknown")]
    [InlineData("cannot exec in a stopped container: unknown")]
    [InlineData("container is not running: 4f5c is in CONTAINER_EXITED state")]
    public void An_exec_that_races_with_the_end_of_the_container_says_that_it_is_not_running(string said) =>
        Assert.Equal("container \"main\" of pod \"web\" in namespace \"app\" is not running; connect again when it has started",
            Assert.IsType<ContainerNotFoundException>(ExecFailure.Explain(Container, said)).Line);

    [Theory]
    [InlineData("node1", "node \"node1\"", "the kubelet there: kubectl describe node node1")]
    [InlineData(null, "the node", "the kubelet there")]
    public void A_node_that_the_API_server_does_not_reach_is_named_with_who_can_look(string? node, string named, string look) =>
        Assert.Equal($"the API server does not reach {named} of container \"main\" of pod \"web\" in namespace \"app\": "
            + "dial tcp 10.99.0.2:10250: connect: connection refused; ask the administrator of the cluster to look at " + look,
            Assert.IsType<NodeUnreachableException>(ExecFailure.Explain(Container with { Node = node },
                "Error from server: error dialing backend: dial tcp 10.99.0.2:10250: connect: connection refused\n")).Line);

    [Fact]
    public void A_container_that_writes_what_the_API_server_would_say_of_a_node_is_not_believed() =>
        Assert.Null(ExecFailure.Explain(Container, "command terminated with exit code 1", "error dialing backend: dial tcp: refused"));

    [Fact]
    public void Without_a_shell_the_hint_is_a_command_that_lends_one() => Assert.Equal(
        "container \"main\" of pod \"web\" in namespace \"app\" has no shell \"sh\"; put one beside it with: sshpod debug "
        + "container--main.pod--web.namespace--app.sshpod (an ephemeral container, which the pod's record keeps)",
        ExecFailure.Explain(Container, "exec: \"sh\": executable file not found in $PATH")!.Line);

    private const string Lent = "/proc/8/root/tmp/sshpod/0123456789abcdef/sh";

    [Theory]
    [InlineData($"OCI runtime exec failed: exec failed: unable to start container process: exec: \"{Lent}\": stat {Lent}: no such file or "
        + "directory: unknown", typeof(ShellNotFoundException))]
    [InlineData($"exec: \"{Lent}\": stat {Lent}: permission denied: unknown", typeof(ShellDeniedException))]
    [InlineData("exec: \"sh\": executable file not found in $PATH", null)]
    public void A_shell_by_its_path_is_gone_or_out_of_reach_or_something_else_is_wrong(string said, Type? expected) =>
        Assert.Equal(expected, ExecFailure.Explain(Container, said, program: Lent)?.GetType());

    [Theory]
    [InlineData("boom")]
    [InlineData("error executing something: not found")]
    public void Anything_else_is_left_as_it_is(string said) => Assert.Null(ExecFailure.Explain(Container, said));
}
