using System.Net.Sockets;
using Sshpod.Clusters;

namespace Sshpod.Tests.Clusters;

public class ClusterExceptionTests
{
    [Theory]
    [InlineData("Error from server (NotFound): pods \"x\" not found", "pods \"x\" not found")]
    [InlineData(
        "Error from server (Forbidden): pods \"x\" is forbidden: User \"eve\" cannot get resource \"pods\" in API group \"\" in the "
        + "namespace \"app\"",
        "user \"eve\" may not get pods in namespace \"app\"; ask the administrator of namespace \"app\" for that right: docs/rbac.yaml has "
        + "roles")]
    [InlineData("error: context \"nope\" does not exist", "no context \"nope\" in the kubeconfig; kubectl config get-contexts lists them")]
    [InlineData("The connection to the server 10.0.0.1:6443 was refused - did you specify the right host or port?",
        "API server 10.0.0.1:6443 of context \"dev\" refuses connections; check that the cluster is running, and your VPN or proxy")]
    [InlineData("error: You must be logged in to the server (Unauthorized)",
        "the API server does not accept the credentials of context \"dev\"; log in to the cluster again")]
    [InlineData("Unable to connect to the server: dial tcp: lookup api.example on 1.1.1.1:53: no such host",
        "cannot reach the API server of context \"dev\": dial tcp: lookup api.example on 1.1.1.1:53: no such host; check the address in "
        + "the kubeconfig, and your VPN or proxy")]
    [InlineData("W1123 01:02:03.4 1 x.go:1] deprecated\nWarning: old\nerror: something new\nE1123 01:02:03.4 1 memcache.go:1] again",
        "kubectl: error: something new")]
    [InlineData(
        "Unable to connect to the server: getting credentials: exec plugin cannot support interactive mode: standard input is not a "
        + "terminal",
        "the credential plugin of context \"dev\" needs a terminal, and kubectl has none here; log in to the cluster first")]
    [InlineData("Unable to connect to the server: getting credentials: exec: executable login failed with exit code 3",
        "kubectl got no credentials for context \"dev\": exec: executable login failed with exit code 3; log in to the cluster again")]
    [InlineData("error: unable to upgrade connection: Forbidden",
        "a proxy in front of the API server of context \"dev\" forbids exec, as kubectl proxy does by default; " +
        "whoever runs kubectl proxy can restart it with --reject-paths='^/api/.*/pods/.*/attach', or use a context without it")]
    [InlineData("", "kubectl: ended without a message")]
    public void What_kubectl_says_becomes_one_line(string errorText, string line) =>
        Assert.Equal(line, ClusterException.FromKubectl(errorText, new NamedContext("dev", Snapshot.Take())).Line);

    [Theory]
    [InlineData("The connection to the server 10.0.0.1:6443 was refused - did you specify the right host or port?", "connection refused")]
    [InlineData("error: You must be logged in to the server (Unauthorized)", "log in again")]
    [InlineData("Unable to connect to the server: getting credentials: exec: executable login failed with exit code 3", "log in again")]
    [InlineData("Unable to connect to the server: dial tcp 10.0.0.1:6443: connect: network is unreachable", "network is unreachable")]
    [InlineData("Unable to connect to the server: read tcp 10.0.0.9:5->10.0.0.1:6443: connection reset by peer", "connection reset")]
    [InlineData("error: something new", "kubectl: error: something new")]
    public void A_row_of_the_screen_has_room_for_the_reason_and_not_for_the_address(string errorText, string brief) =>
        Assert.Equal(brief, ClusterException.FromKubectl(errorText, new NamedContext("dev", Snapshot.Take())).Brief);

    [Fact]
    public void What_the_system_says_of_a_connection_is_brief_without_the_words_of_the_stream()
    {
        var problem = new IOException("Unable to read data", new SocketException((int)SocketError.ConnectionReset));
        var error = ClusterException.CannotReach("dev", "10.0.0.1:6443", problem);
        Assert.Equal("cannot reach the API server of context \"dev\": 10.0.0.1:6443: Unable to read data", error.Message);
        Assert.Equal("connection reset", error.Brief);
        Assert.Equal("connection closed", ClusterException.CannotReach(
            "dev", "x:6443", new IOException("Received an unexpected EOF or 0 bytes from the transport stream.")).Brief);
        Assert.Equal("name not resolved",
            ClusterException.CannotReach("dev", "x:6443", new SocketException((int)SocketError.HostNotFound)).Brief);
    }

    [Theory]
    [InlineData("b", "kubectl config get-contexts lists them", "b")]
    [InlineData("b", "did you mean \"c\"?", "b", "c")]
    [InlineData("b@c", "kubectl config get-contexts lists them", "b@c")]
    public void A_context_that_is_not_found_is_never_offered_itself(string name, string hint, params string[] known) =>
        Assert.Equal(hint, ClusterException.NoSuchContext(name, known, Snapshot.Take()).Hint);

    [Fact]
    public void A_missing_object_is_told_by_its_resource()
    {
        var error = ClusterException.FromKubectl("Error from server (NotFound): deployments.apps \"x\" not found",
            new NamedContext(null, Snapshot.Take()));
        Assert.True(error.IsNotFound("deployments.apps"));
        Assert.False(error.IsNotFound("pods"));
    }
}
