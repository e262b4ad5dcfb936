using System.Net.Sockets;
using System.Reflection;
using System.Security.Authentication;
using System.Text;
using System.Text.RegularExpressions;
using Sshpod.Clusters.Api.Http;
using Sshpod.Clusters.Kubeconfigs;
using Sshpod.Terminal;

namespace Sshpod.Commands;

/// <summary>
/// Asks where releases are published for the version of the newest, which the list of its hashes names. Nothing that is downloaded is run,
/// so its signature is not checked: the installers do that.
/// </summary>
internal static partial class NewestRelease
{
    private const string Variable = "SSHPOD_RELEASES";

    private const int MaxRedirects = 5, MaxAnswer = 64 * 1024;

    /// <summary>Where releases are, without a trailing slash.</summary>
    /// <exception cref="SshpodException">It is not known, or is not safe to ask.</exception>
    public static Uri Address()
    {
        var named = Environment.GetEnvironmentVariable(Variable);
        var text = named is { Length: > 0 } ? named : Stamped();
        if (text.Length == 0)
            throw new SshpodException("this sshpod does not say where its releases are", $"set {Variable} to their URL");
        return Uri.TryCreate(text.TrimEnd('/'), UriKind.Absolute, out var address) && IsSafe(address) ? address
            : throw new SshpodException(text.Contains('@', StringComparison.Ordinal)
                ? $"{Variable} must have no user name and no password" : $"{Variable} is {text}: it must begin with https://");
    }

    /// <summary>The version of the newest release there.</summary>
    /// <exception cref="SshpodException">There is no answer, or it is not the list of a release.</exception>
    public static async Task<ReleaseVersion> FindAsync(Uri releases, CancellationToken cancellation)
    {
        var url = new Uri($"{releases.AbsoluteUri.TrimEnd('/')}/latest/download/SHA256SUMS");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(CommandLimits.NewestRelease);
        try
        {
            var list = await DownloadAsync(url, limit.Token);
            return list.Split('\n').Select(line => Archive().Match(line)).Where(match => match.Success)
                .Select(match => ReleaseVersion.Parse(match.Groups["version"].Value)).FirstOrDefault(version => version is not null)
                ?? throw new IOException("the answer names no release");
        }
        catch (Exception e) when (Explain(e) is { } problem && !cancellation.IsCancellationRequested)
        {
            throw new SshpodException($"cannot ask {url} for the newest release: {problem}", "check network, VPN and proxy");
        }
    }

    private static string? Explain(Exception problem) => problem switch
    {
        OperationCanceledException => "no answer in time",
        UnsupportedKubeconfigException or AuthenticationException or SocketException or IOException => problem.Message,
        // The name of a host to which it redirects, which none can have.
        ArgumentException or FormatException => problem.Message,
        _ => null,
    };

    // What build/publish.sh wrote into this program.
    private static string Stamped() => typeof(NewestRelease).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .FirstOrDefault(attribute => attribute.Key == "Releases")?.Value ?? "";

    // Over TLS, but for a server on this very machine; the installers have the same rule.
    private static bool IsSafe(Uri url) => url.UserInfo.Length == 0
        && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback));

    private static async Task<string> DownloadAsync(Uri first, CancellationToken cancellation)
    {
        var url = first;
        for (var redirects = 0; redirects <= MaxRedirects; redirects++)
        {
            var server = ApiServer.Create(new Uri(url.GetLeftPart(UriPartial.Authority)), null);
            await using var connection = new HttpConnection(await new Dialer(server, null).OpenAsync(null, cancellation), MaxAnswer);
            var answer = await connection.SendAsync($"GET {url.PathAndQuery} HTTP/1.1\r\nHost: {Authority.HostHeader(url)}\r\n"
                + "User-Agent: sshpod\r\nConnection: close\r\n", default, cancellation);
            if (answer.Status is not (301 or 302 or 303 or 307 or 308))
                return answer.Status == 200 ? Encoding.Latin1.GetString(answer.Body)
                    : throw new IOException($"the answer is {answer.Status}");
            if (!Uri.TryCreate(url, answer.Header("Location"), out var next) || !IsSafe(next)
                || (url.Scheme == Uri.UriSchemeHttps && next.Scheme != Uri.UriSchemeHttps))
                throw new IOException("it redirects to what is not https");
            url = next;
        }
        throw new IOException($"it redirects more than {MaxRedirects} times");
    }

    // HASH  sshpod-VERSION-PLATFORM.tar.gz
    [GeneratedRegex(@"\A[0-9a-f]{64}  sshpod-(?<version>[0-9A-Za-z.+-]{1,60}?)-(linux|darwin|windows)-(amd64|arm64)\.(tar\.gz|zip)\r?\z",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Archive();
}
