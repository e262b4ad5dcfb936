using Sshpod.Clusters.Api.Http;

namespace Sshpod.Tests.Clusters.Api.Http;

public class ProxyRulesTests
{
    [Theory]
    [InlineData("https://api.example:6443", "", true)]
    [InlineData("https://localhost:6443", "", false)]
    [InlineData("https://127.0.0.9:6443", "", false)]
    [InlineData("https://[::1]:6443", "", false)]
    [InlineData("https://api.example", "*", false)]
    [InlineData("https://api.example", "other, example", false)]
    [InlineData("https://EXAMPLE", "Example", false)]
    [InlineData("https://example", ".example", true)]
    [InlineData("https://api.example", ".example", false)]
    [InlineData("https://api.example", "*.example", false)]
    [InlineData("https://notexample", "example", true)]
    [InlineData("https://api.example:6443", "api.example:6443", false)]
    [InlineData("https://api.example:6443", "api.example:443", true)]
    [InlineData("https://10.1.2.3:6443", "10.0.0.0/8", false)]
    [InlineData("https://11.1.2.3:6443", "10.0.0.0/8", true)]
    [InlineData("https://10.1.2.3:6443", "10.1.2.3", false)]
    [InlineData("https://10.1.2.3:6443", "10.1.2.3:443", true)]
    [InlineData("https://[fd00::1]:6443", "fd00::/16", false)]
    [InlineData("https://[fd00::1]:6443", "[fd00::1]:6443", false)]
    public void A_proxy_is_used_as_go_uses_it(string server, string noProxy, bool isUsed) =>
        Assert.Equal(
            isUsed, new ProxyRules("proxy.example:3128", null, noProxy).For(new Uri(server)) == new Uri("http://proxy.example:3128"));

    [Fact]
    public void Variables_in_capitals_come_first_and_each_scheme_has_its_own()
    {
        var environment = new Dictionary<string, string?>
        {
            ["HTTPS_PROXY"] = "http://upper",
            ["https_proxy"] = "http://lower",
            ["http_proxy"] = "http://plain"
        };
        var rules = ProxyRules.FromEnvironment(environment.GetValueOrDefault);
        Assert.Equal((new Uri("http://upper"), new Uri("http://plain")),
            (rules.For(new Uri("https://x.example")), rules.For(new Uri("http://x.example"))));
    }
}
