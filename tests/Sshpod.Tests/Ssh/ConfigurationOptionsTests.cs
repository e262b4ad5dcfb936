using Sshpod.Ssh;

namespace Sshpod.Tests.Ssh;

public class ConfigurationOptionsTests
{
    public static TheoryData<ConfigurationOptions> Choices =>
    [
        new ConfigurationOptions(),
        new ConfigurationOptions(Sharing: false),
        new ConfigurationOptions(ForwardAgent: ["pod--a.sshpod"]),
        new ConfigurationOptions(Sharing: false, ForwardAgent: ["gpu.sshpod", "pod--a.namespace--b.sshpod"],
            Hosts: ["pod--a.namespace--b.sshpod", "pod--c.namespace--b.sshpod"]),
    ];

    [Theory, MemberData(nameof(Choices))]
    public void What_was_chosen_is_read_back_from_our_own_file(ConfigurationOptions options)
    {
        var read = ConfigurationOptions.Parse($"{new ConfigurationBlock("/bin/sshpod", ClientKind.Unix, options)}");
        Assert.Equal(options with { Hosts = null, ForwardAgent = null }, read with { Hosts = null, ForwardAgent = null });
        Assert.Equal(options.AgentHosts, read.AgentHosts);
        Assert.Equal(options.Hosts, read.Hosts);
    }

    [Theory]
    [InlineData("# Options: --forward-agent")]
    [InlineData("# Options: --forward-agent --no-sharing")]
    public void Forwarding_to_every_container_was_a_choice_of_an_earlier_version(string line)
    {
        var read = ConfigurationOptions.Parse($"{line}\n");
        Assert.True(read.ForwardedToAll);
        Assert.Empty(read.AgentHosts);
    }

    [Fact]
    public void Without_options_in_the_file_the_defaults_apply()
    {
        Assert.Equal(new ConfigurationOptions(), ConfigurationOptions.Parse(null));
        Assert.Equal(new ConfigurationOptions(), ConfigurationOptions.Parse("# Written by sshpod\nHost *.sshpod\n"));
    }
}
