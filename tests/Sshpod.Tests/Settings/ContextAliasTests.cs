using Sshpod.HostNames;
using Sshpod.Settings;

namespace Sshpod.Tests.Settings;

public class ContextAliasTests
{
    private const string Eks = "arn:aws:eks:eu-west-1:123456789012:cluster/dev";

    [Theory]
    [InlineData(Eks, "dev")]
    [InlineData("kubernetes-admin@kubernetes", "kubernetes")]
    [InlineData("admin@prod.example.com", "prod-example-com")]
    [InlineData("my cluster", "my-cluster")]
    [InlineData("@@", "cluster")]
    public void The_alias_is_short_and_fits_into_a_host_name(string context, string alias)
    {
        Assert.Equal(alias, ContextAlias.ShortName(context));
        Assert.True(HostName.IsContext(alias));
    }

    [Fact]
    public void The_line_that_is_offered_can_be_read()
    {
        var text = ContextAlias.Offer("a \"strange\\one\"/dev", Aliases.None, []);
        Assert.StartsWith($"put this line in {UserSettings.File} and write context--dev: aliases: ", text);
        var line = text[text.IndexOf("aliases: ", StringComparison.Ordinal)..];
        Assert.Equal("a \"strange\\one\"/dev", SettingsFile.Parse("/c.yaml", line).Aliases.Contexts["dev"]);
    }

    [Fact]
    public void A_file_that_has_aliases_gets_one_more()
    {
        var aliases = Aliases.None with { Contexts = new Dictionary<string, string> { ["dev"] = "another" } };
        Assert.Equal($"add this line below contexts in {UserSettings.File} and write context--dev-2: dev-2: \"{Eks}\"",
            ContextAlias.Offer(Eks, aliases, []));
        Assert.Contains("write context--dev-3: ", ContextAlias.Offer(Eks, aliases, ["dev-2"]));
    }

    [Fact]
    public void An_alias_that_is_there_is_told() =>
        Assert.Equal("it has an alias: write context--dev",
            ContextAlias.Offer(Eks, Aliases.None with { Contexts = new Dictionary<string, string> { ["dev"] = Eks } }, []));
}
