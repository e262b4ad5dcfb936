using Sshpod.Clusters.Objects;
using Sshpod.Connections;
using Sshpod.Settings;
using Sshpod.Terminal;

namespace Sshpod.Tests.Connections;

public class TunnelChoiceTests
{
    private static readonly PodContainer Usual = new("app", "web-1", "uid", "main", "0123456789abcdef");

    [Fact]
    public void Without_a_memory_port_forward_is_tried_first_and_then_exec() =>
        Assert.Equal([TunnelKind.PortForward, TunnelKind.Exec], TunnelChoice.Order(null, Usual));

    [Theory]
    [InlineData(TunnelKind.PortForward)]
    [InlineData(TunnelKind.Exec)]
    public void The_tunnel_that_the_user_chose_is_the_only_one_tried(TunnelKind wanted)
    {
        foreach (var container in new[] { Usual, Usual with { HostNetwork = true }, Usual with { PodIsRunning = false } })
            Assert.Equal([wanted], TunnelChoice.Order(wanted, container));
    }

    [Fact]
    public void On_the_hosts_network_and_in_an_init_container_it_is_exec_alone()
    {
        foreach (var container in new[] { Usual with { HostNetwork = true }, Usual with { PodIsRunning = false } })
            Assert.Equal([TunnelKind.Exec], TunnelChoice.Order(null, container));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("", null)]
    [InlineData("auto", null)]
    [InlineData("port-forward", TunnelKind.PortForward)]
    [InlineData("exec", TunnelKind.Exec)]
    public void The_variable_names_a_tunnel(string? value, TunnelKind? tunnel) => Assert.Equal(tunnel, Wanted(value));

    [Fact]
    public void Any_other_value_is_told() =>
        Assert.Equal("SSHPOD_TUNNEL is \"vpn\"; use auto, port-forward or exec", Assert.Throws<SshpodException>(() => Wanted("vpn")).Line);

    private static TunnelKind? Wanted(string? value) =>
        new UserSettings("/there/is/none", name => name == "SSHPOD_TUNNEL" ? value : null).Tunnel;
}
