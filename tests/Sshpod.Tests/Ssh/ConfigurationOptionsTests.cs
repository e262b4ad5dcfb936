using Sshpod.Ssh;

namespace Sshpod.Tests.Ssh;

public class ConfigurationOptionsTests
{
    public static TheoryData<ConfigurationOptions> Choices =>
    [
        new ConfigurationOptions(),
        new ConfigurationOptions(Sharing: false),
        new ConfigurationOptions(ForwardAgent: true),
        new ConfigurationOptions(Sharing: false, ForwardAgent: true, Hosts: ["pod--a.namespace--b.sshpod", "pod--c.namespace--b.sshpod"]),
    ];

    [Theory, MemberData(nameof(Choices))]
    public void What_was_chosen_is_read_back_from_our_own_file(ConfigurationOptions options)
    {
        var read = ConfigurationOptions.Parse($"{new ConfigurationBlock("/bin/sshpod", ClientKind.Unix, options)}");
        Assert.Equal(options with { Hosts = null }, read with { Hosts = null });
        Assert.Equal(options.Hosts, read.Hosts);
    }

    [Fact]
    public void Without_a_file_or_with_one_of_an_older_version_it_is_the_default()
    {
        Assert.Equal(new ConfigurationOptions(), ConfigurationOptions.Parse(null));
        Assert.Equal(new ConfigurationOptions(), ConfigurationOptions.Parse("# Written by sshpod\nHost *.sshpod\n"));
    }
}
