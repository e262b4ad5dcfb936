using Sshpod.Clusters.Kubeconfigs;

namespace Sshpod.Tests.Clusters.Kubeconfigs;

public class ServerUrlTests
{
    // Follows client-go's rest.DefaultServerURL, which kubectl calls before it knows of any certificate.
    [Theory]
    [InlineData("https://near.example:6443", "https://near.example:6443/")]
    [InlineData("https://near.example/k8s/clusters/c-1", "https://near.example/k8s/clusters/c-1")]
    [InlineData("HTTPS://near.example", "https://near.example/")]
    [InlineData("http://127.0.0.1:8001", "http://127.0.0.1:8001/")]
    [InlineData("localhost:6443", "http://localhost:6443/")]
    [InlineData("localhost", "http://localhost/")]
    [InlineData("near.example:443/", "http://near.example:443/")]
    [InlineData("10.0.0.1:6443", "http://10.0.0.1:6443/")]
    [InlineData("[::1]:6443", "http://[::1]:6443/")]
    [InlineData("near.example/k8s", null)]
    [InlineData("ftp://near.example", null)]
    [InlineData("https://me:s3cret@near.example", null)]
    [InlineData("https://near.example?x=y", null)]
    [InlineData("https://", null)]
    [InlineData("near example", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void The_server_is_read_as_kubectl_reads_it(string? text, string? url) => Assert.Equal(url, ServerUrl.Read(text)?.AbsoluteUri);
}
