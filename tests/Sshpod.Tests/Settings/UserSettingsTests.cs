using Sshpod.HostNames;
using Sshpod.Settings;
using Sshpod.Terminal;

namespace Sshpod.Tests.Settings;

public sealed class UserSettingsTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Unset_settings_have_their_defaults()
    {
        var settings = new UserSettings(Path.Combine(_file, "none"), _ => "");
        Assert.Equal(
            (TransportKind.Auto, null, TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(1), new AccessTime(TimeSpan.FromDays(1)), false),
            (settings.Transport, settings.Tunnel, settings.Idle, settings.Wait, settings.Access, settings.AllowsSharedPlaces));
        Assert.Equal((Grace.ForProgram, OutageDisplay.Row), (settings.Resume, settings.ResumeLine));
        Assert.Equal((null, null, false), (settings.Container, settings.Identity, settings.CleanEnvironment));
    }

    [Fact]
    public void A_variable_overrides_the_file_and_the_file_overrides_the_default()
    {
        File.WriteAllText(
            _file, "{transport: api, tunnel: exec, idle: 1m, wait: 2m, access: 3m, shared-places: allow, other-users-environment: clean}");
        var fromFile = new UserSettings(_file, _ => null);
        Assert.Equal(
            (TransportKind.Api, TunnelKind.Exec, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(3), true, true),
            (fromFile.Transport, fromFile.Tunnel, fromFile.Idle, fromFile.Wait, fromFile.Access.Limit, fromFile.AllowsSharedPlaces,
                fromFile.CleanEnvironment));
        var settings = With(("TRANSPORT", "kubectl"), ("TUNNEL", "auto"), ("IDLE", "0"), ("WAIT", "4"), ("ACCESS", "every-connection"),
            ("SHARED_PLACES", "refuse"));
        Assert.Equal((TransportKind.Kubectl, null, TimeSpan.Zero, TimeSpan.FromSeconds(4), true, false),
            (settings.Transport, settings.Tunnel, settings.Idle, settings.Wait, settings.Access.EveryConnection,
                settings.AllowsSharedPlaces));
    }

    [Theory]
    [InlineData(null, null, 24 * 60 * 60)]
    [InlineData("true", null, 120)]
    [InlineData("true", "15m", 900)]
    [InlineData(null, "0", 0)]
    [InlineData(null, "86400", 86400)]
    [InlineData(null, "168h", 7 * 24 * 60 * 60)]
    public void A_connection_from_a_terminal_waits_a_day_and_one_of_a_build_two_minutes(string? ci, string? set, int seconds)
    {
        var settings = new UserSettings(
            _file, name => name switch { "CI" => ci, "SSHPOD_RESUME" => set, _ => null }, hasTerminal: true);
        Assert.Equal(TimeSpan.FromSeconds(seconds), settings.Resume);
    }

    [Fact]
    public void How_long_a_connection_waits_and_what_is_shown_can_be_set_in_the_file()
    {
        File.WriteAllText(_file, "{resume: 15m, resume-line: none}");
        var settings = new UserSettings(_file, _ => null, hasTerminal: true);
        Assert.Equal((TimeSpan.FromMinutes(15), OutageDisplay.None), (settings.Resume, settings.ResumeLine));
    }

    [Theory]
    [InlineData("TRANSPORT", "ssh", "use auto, api or kubectl")]
    [InlineData("TUNNEL", "vpn", "use auto, port-forward or exec")]
    [InlineData("IDLE", "soon", "set it to seconds, or a time such as 90s, 10m or 2h; 0 means for ever")]
    [InlineData("WAIT", "long", "set it to seconds, or a time such as 90s, 10m or 2h; 0 means do not wait")]
    [InlineData("ACCESS", "10s", "set it to \"every-connection\", or a time of a minute or more such as 90s, 10m or 24h")]
    [InlineData("RESUME", "8d", "set it to seconds, or a time such as 90s, 10m or 2h, at most 168h; 0 means never resume")]
    [InlineData("SHARED_PLACES", "yes", "use refuse or allow")]
    [InlineData("EPHEMERAL", "ask", "use never or always")]
    [InlineData("EPHEMERAL_IMAGE", "two words", "set it to the name of an image with sh, such as busybox:musl")]
    public void An_invalid_variable_fails_only_where_it_is_needed(string variable, string value, string hint)
    {
        var settings = With((variable, value));
        Dictionary<string, Func<object?>> values = new()
        {
            ["TRANSPORT"] = () => settings.Transport,
            ["TUNNEL"] = () => settings.Tunnel,
            ["IDLE"] = () => settings.Idle,
            ["WAIT"] = () => settings.Wait,
            ["ACCESS"] = () => settings.Access,
            ["RESUME"] = () => settings.Resume,
            ["SHARED_PLACES"] = () => settings.AllowsSharedPlaces,
            ["EPHEMERAL"] = () => settings.AllowsEphemeral(Anywhere),
            ["EPHEMERAL_IMAGE"] = () => settings.EphemeralImage,
        };
        Assert.Equal($"SSHPOD_{variable} is \"{value}\"; {hint}", Assert.Throws<SshpodException>(() => values[variable]()).Line);
        foreach (var (_, other) in values.Where(other => other.Key != variable))
            other();
    }

    [Theory]
    [InlineData("", null, null, false)]
    [InlineData("ephemeral: always", null, null, true)]
    [InlineData("ephemeral: always", null, "never", false)]
    [InlineData("", true, null, true)]
    [InlineData("ephemeral: always", false, null, false)]
    [InlineData("", true, "never", false)]
    public void An_ephemeral_container_needs_the_word_of_the_variable_or_else_of_the_alias_or_else_of_the_file(
        string file, bool? alias, string? variable, bool isAllowed)
    {
        File.WriteAllText(_file, file);
        Assert.Equal(isAllowed, With(("EPHEMERAL", variable ?? "")).AllowsEphemeral(Anywhere with { Ephemeral = alias }));
    }

    [Fact]
    public void An_alias_may_allow_an_ephemeral_container()
    {
        File.WriteAllText(_file, "aliases: {targets: {api: {deployment: api, ephemeral: always}}}");
        Assert.True(With().Aliases.Targets["api"].Ephemeral);
    }

    private static PodAddress Anywhere => new(TargetKind.Pod, "web");

    [Fact]
    public void The_file_is_read_once_and_only_when_it_is_wanted()
    {
        var settings = With(("IDLE", "5"));
        File.WriteAllText(_file, "{broken");
        Assert.Equal(TimeSpan.FromSeconds(5), settings.Idle);
        File.WriteAllText(_file, "container: app");
        Assert.Equal("app", settings.Container);
        File.WriteAllText(_file, "container: other");
        Assert.Equal("app", settings.Container);
    }

    private UserSettings With(params (string Name, string Value)[] variables) =>
        new(_file, name => variables.FirstOrDefault(variable => $"SSHPOD_{variable.Name}" == name).Value);
}
