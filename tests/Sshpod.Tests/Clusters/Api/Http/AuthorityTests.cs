using Sshpod.Clusters.Api.Http;

namespace Sshpod.Tests.Clusters.Api.Http;

public class AuthorityTests
{
    [Theory]
    [InlineData("https://near.example", "near.example", "near.example:443")]
    [InlineData("https://near.example:6443/k8s", "near.example:6443", "near.example:6443")]
    [InlineData("http://10.0.0.1:80", "10.0.0.1", "10.0.0.1:80")]
    [InlineData("https://[::1]:18012", "[::1]:18012", "[::1]:18012")]
    [InlineData("https://[fd00::1]", "[fd00::1]", "[fd00::1]:443")]
    [InlineData("https://[fe80::1%25eth0]:6443", "[fe80::1]:6443", "[fe80::1]:6443")]
    [InlineData("https://bücher.example", "xn--bcher-kva.example", "xn--bcher-kva.example:443")]
    public void An_address_of_IPv6_stands_in_brackets(string url, string header, string authority)
    {
        Assert.Equal((header, authority), (Authority.HostHeader(new Uri(url)), Authority.Of(new Uri(url))));
        Assert.DoesNotContain('[', Authority.Host(new Uri(url)));
    }

    [Fact]
    public void A_SOCKS_proxy_has_a_port() => Assert.Equal("p.example:1080", Authority.Of(new Uri("socks5://me:s3cret@p.example")));
}
