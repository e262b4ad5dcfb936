using System.Diagnostics;
using Sshpod.Clusters;
using Sshpod.Clusters.Api;
using Sshpod.Clusters.Api.Login;
using Sshpod.Clusters.Kubeconfigs;
using Sshpod.Machine;
using Sshpod.Terminal;

namespace Sshpod.Doctor;

/// <summary>Who we are to the API server: runs a credential plugin, and checks the dates of certificates. No secret is shown.</summary>
internal static class CredentialsCheck
{
    /// <summary>Gets the credentials.</summary>
    /// <param name="cluster">The cluster, which keeps the credentials that a plugin gives.</param>
    /// <param name="snapshot">What the user has set up.</param>
    /// <param name="context">Context of the kubeconfig; null for the current one.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task<Finding<string>> RunAsync(
        IClusterObjects cluster, Snapshot snapshot, string? context, CancellationToken cancellation)
    {
        ApiConfiguration configuration;
        try
        {
            configuration = ApiConfiguration.Read(snapshot, context);
        }
        catch (UnsupportedKubeconfigException)
        {
            return Finding.Ok("left to kubectl");
        }
        if (!configuration.Server.IsSecure)
            return Finding.Ok($"none are sent, since {configuration.Server.Url} does not use TLS");
        var start = Stopwatch.GetTimestamp();
        Credential credential;
        try
        {
            credential = await GetAsync(cluster, configuration, cancellation);
        }
        catch (OperationCanceledException) when (configuration.User.Plugin is { } plugin)
        {
            throw new SshpodException($"credential plugin {plugin.Command} did not end in {DoctorLimits.Check.TotalSeconds:0} s",
                "log in to the cluster again, or run it by hand to see why");
        }
        return Judge(configuration.User, credential, (long)Stopwatch.GetElapsedTime(start).TotalMilliseconds, DateTimeOffset.UtcNow);
    }

    /// <summary>Judges the credentials.</summary>
    internal static Finding<string> Judge(ApiUser user, Credential credential, long milliseconds, DateTimeOffset now)
    {
        var kind = user switch
        {
            { Plugin: { } plugin } =>
                $"{(credential.Authorization is null ? "a certificate" : "a token")} from credential "
                + $"plugin {ProgramPath.Find(plugin.Command) ?? plugin.Command} in {milliseconds} ms",
            { TokenFile: { } file } => $"the token in {file}",
            { Token: not null } => "a token",
            { Basic: var (name, _) } => $"the password of \"{name}\"",
            { Certificate: { } own } => $"the client certificate {own.Certificate.Subject}",
            _ => null,
        };
        if (kind is null)
            return Finding.Warning("", "the kubeconfig has none for this context", "log in to the cluster");
        if (user.Impersonation.FirstOrDefault(header => header.Name == "Impersonate-User").Value is { } other)
            kind += $", to act as \"{other}\"";
        if (credential.Certificate?.Certificate is { } certificate)
        {
            var (from, until) = (certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
            if (until < now)
                return Finding.Failure<string>($"{kind} expired at {until:yyyy-MM-dd HH:mm} UTC", "log in to the cluster again");
            if (from > now)
                return Finding.Failure<string>($"{kind} is valid from {from:yyyy-MM-dd HH:mm} UTC, but it is {now:yyyy-MM-dd HH:mm} here",
                    "correct this machine's clock");
            return Finding.Ok($"{kind}, valid until {until:yyyy-MM-dd HH:mm} UTC");
        }
        return Finding.Ok(credential.Expiry is { } expiry ? $"{kind}, valid until {expiry.ToUniversalTime():yyyy-MM-dd HH:mm} UTC" : kind);
    }

    private static async Task<Credential> GetAsync(
        IClusterObjects cluster, ApiConfiguration configuration, CancellationToken cancellation)
    {
        if (cluster is ApiCluster api)
            return await api.AuthenticateAsync(cancellation);
        using var credentials = new Credentials(configuration);
        return await credentials.GetAsync(cancellation);
    }
}
