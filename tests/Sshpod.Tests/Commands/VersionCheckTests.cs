using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Sshpod.Commands;
using Sshpod.Tests.Clusters.Api;
using Sshpod.Tests.Installers;

namespace Sshpod.Tests.Commands;

/// <summary><c>sshpod version --check</c>, which asks a server on this machine.</summary>
// Elsewhere, .NET asks the system which certificates it trusts.
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class VersionCheckTests : IAsyncLifetime
{
    private const string List = "/latest/download/SHA256SUMS";

    private static readonly string Own = typeof(Program).Assembly.GetName().Version!.ToString(3);

    private readonly Certificates _authority = new("sshpod-releases");

    private Installers.Machine _machine = null!;
    private ReleaseServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "elsewhere the system says whom to trust");
        _machine = new();
        _server = new(_machine.Home, _authority.Issue("localhost"));
        await File.WriteAllTextAsync(_machine.File("authority.pem"), _authority.Pem);
        _machine.Variables["SSL_CERT_FILE"] = _machine.File("authority.pem");
        _machine.Variables["SSHPOD_RELEASES"] = _server.Url;
        foreach (var proxy in new[] { "https_proxy", "HTTPS_PROXY" })
            _machine.Variables[proxy] = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_machine is null)
            return;
        await _server.DisposeAsync();
        _machine.Dispose();
    }

    [Fact]
    public async Task The_newest_release_says_that_it_is()
    {
        Offer(Own);
        Assert.Equal((0, $"sshpod {Own} is the newest release\n"), await CheckAsync());
        Assert.Equal([List], _server.Requests);
    }

    [Theory]
    [InlineData("99.0.0")]
    [InlineData("99.0.0-rc.1")]
    public async Task A_newer_release_is_told_with_the_way_to_get_it(string version)
    {
        Offer(version);
        Assert.Equal((1, $"sshpod {version} is out, and this is {Own}: upgrade it the way you installed it, or with "
            + $"{_server.Url}/latest/download/install.sh\n"), await CheckAsync());
    }

    [Fact]
    public async Task An_older_release_is_no_upgrade()
    {
        Offer("0.0.1");
        Assert.Equal((0, $"sshpod {Own} is newer than the newest release, 0.0.1\n"), await CheckAsync());
    }

    [Fact]
    public async Task Without_the_option_nobody_is_asked()
    {
        Assert.Equal(0, (await _machine.RunAsync(Sshpod, "version")).ExitCode);
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task A_program_that_does_not_know_where_its_releases_are_says_so()
    {
        _machine.Variables["SSHPOD_RELEASES"] = null;
        Assert.Equal((255, "sshpod: this sshpod does not say where its releases are; set SSHPOD_RELEASES to their URL\n"),
            await CheckAsync());
    }

    [Theory]
    [InlineData("http://releases.invalid")]
    [InlineData("file:///etc")]
    [InlineData("https://user:secret@localhost", "must have no user name and no password")]
    public async Task Only_a_server_over_TLS_or_on_this_machine_is_asked(string url, string? problem = null)
    {
        _machine.Variables["SSHPOD_RELEASES"] = url;
        Assert.Equal((255, $"sshpod: SSHPOD_RELEASES {problem ?? $"is {url}: it must begin with https://"}\n"), await CheckAsync());
    }

    [Theory]
    [InlineData("99.0.0\u001b[31m")]
    [InlineData("99.0")]
    [InlineData("99999999999.0.0")]
    [InlineData("../../99.0.0")]
    [InlineData("99.0.0;reboot")]
    [InlineData("")]
    public async Task What_is_no_version_is_not_repeated(string version)
    {
        Offer(version);
        Assert.Equal((255, Failure("the answer names no release")), await CheckAsync());
    }

    [Fact]
    public async Task A_list_without_end_is_not_read()
    {
        _server.Changed["SHA256SUMS"] = new byte[10_000_000];
        Assert.Equal((255, Failure("the answer has more than 64 KiB")), await CheckAsync());
    }

    [Fact]
    public async Task A_list_that_is_missing_or_cut_is_no_answer()
    {
        Assert.Equal((255, Failure("the answer is 404")), await CheckAsync());
        Offer("99.0.0");
        _server.Cut = "SHA256SUMS";
        Assert.Equal((255, Failure("the answer was cut short")), await CheckAsync());
    }

    [Fact]
    public async Task A_redirect_is_followed_to_https_alone()
    {
        Offer("99.0.0");
        _server.Redirected = "SHA256SUMS";
        _server.Redirect = _server.Url;
        Assert.Equal(1, (await CheckAsync()).ExitCode);
        Assert.Equal([List, $"/stored{List}"], _server.Requests);

        await using var plain = new ReleaseServer(_machine.Home, null);
        _server.Redirect = plain.Url;
        Assert.Equal((255, Failure("it redirects to what is not https")), await CheckAsync());
        Assert.Empty(plain.Requests);
    }

    [Fact]
    public async Task A_server_with_a_certificate_of_an_unknown_authority_is_not_asked()
    {
        await File.WriteAllTextAsync(_machine.File("authority.pem"), new Certificates().Pem);
        var (exitCode, said) = await CheckAsync();
        Assert.Equal(255, exitCode);
        Assert.StartsWith(Failure("no trusted authority has signed its certificate")[..^"; check network, VPN and proxy\n".Length], said,
            StringComparison.Ordinal);
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task A_proxy_is_used()
    {
        Offer("99.0.0");
        await using var proxy = new TunnelProxy(_server.Port);
        _machine.Variables["https_proxy"] = proxy.Url;
        _machine.Variables["SSHPOD_RELEASES"] = "https://releases.test";
        var (_, said) = await CheckAsync();
        Assert.Equal(["releases.test:443"], proxy.Requests.Distinct());
        Assert.StartsWith("sshpod: cannot ask https://releases.test/latest/download/SHA256SUMS for the newest release: its certificate",
            said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_not_waited_for()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        _machine.Variables["SSHPOD_RELEASES"] = $"https://localhost:{((IPEndPoint)silent.LocalEndpoint).Port}";
        var since = Stopwatch.GetTimestamp();
        var (exitCode, said) = await CheckAsync();
        Assert.Equal(255, exitCode);
        Assert.Contains(": no answer in time; check network, VPN and proxy\n", said, StringComparison.Ordinal);
        Assert.InRange(Stopwatch.GetElapsedTime(since), TimeSpan.Zero, CommandLimits.NewestRelease);
    }

    [Theory]
    [InlineData("0.9.0", "0.10.0", -1)]
    [InlineData("1.0.0", "0.10.0", 1)]
    [InlineData("1.2.3+abc", "1.2.3", 0)]
    [InlineData("1.2.3-rc.1", "1.2.3", -1)]
    [InlineData("1.2.3-rc.10", "1.2.3-rc.9", 1)]
    [InlineData("1.2.3-beta.2", "1.2.3-rc.1", -1)]
    [InlineData("1.2.3-rc", "1.2.3-rc.1", -1)]
    public void Versions_are_compared_by_number(string one, string other, int expected) =>
        Assert.Equal(expected, Math.Sign(ReleaseVersion.Parse(one)!.CompareTo(ReleaseVersion.Parse(other))));

    // Its own build: what `make build` makes may know an address.
    private static string Sshpod => Path.Combine(AppContext.BaseDirectory, "sshpod");

    private Task<(int ExitCode, string Said)> CheckAsync() => _machine.RunAsync(Sshpod, "version", "--check");

    private string Failure(string problem) =>
        $"sshpod: cannot ask {_server.Url}{List} for the newest release: {problem}; check network, VPN and proxy\n";

    private void Offer(string version) => _server.Changed["SHA256SUMS"] = Encoding.UTF8.GetBytes(
        $"# SHA-256\n{new string('0', 64)}  sshpod-{version}-linux-amd64.tar.gz\n{new string('0', 64)}  install.sh\n");
}
