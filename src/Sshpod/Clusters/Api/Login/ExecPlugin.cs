using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Sshpod.Clusters.Api.Http;
using Sshpod.Clusters.Kubeconfigs;
using Sshpod.Machine;
using Sshpod.Terminal;

namespace Sshpod.Clusters.Api.Login;

/// <summary>
/// A credential plugin (kubernetes KEP-541). Its stdin is the terminal if it may prompt and there is one; otherwise it is empty, since our
/// own stdin is the ssh stream. The user sees its stderr.
/// </summary>
/// <param name="ApiVersion">The API version of its ExecCredential.</param>
/// <param name="Command">Its name, or an absolute path.</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="Environment">Variables that it gets in addition to ours.</param>
/// <param name="InstallHint">Where to get it; null when the kubeconfig does not say.</param>
/// <param name="ProvideClusterInfo">Whether it is told which cluster it is for.</param>
/// <param name="Asking">Whether it may prompt the user.</param>
/// <param name="IsUnattended">Whether nobody can answer now: the terminal is not its own, nor is what it says to be seen there.</param>
internal sealed record ExecPlugin(
    string ApiVersion, string Command, IReadOnlyList<string> Arguments, IReadOnlyList<KeyValuePair<string, string>> Environment,
    string? InstallHint, bool ProvideClusterInfo, InteractiveMode Asking = InteractiveMode.Never, bool IsUnattended = false)
{
    private const string V1 = "client.authentication.k8s.io/v1", V1Beta1 = "client.authentication.k8s.io/v1beta1";
    private const int MaxOutput = 1024 * 1024, MaxWords = 16 * 1024;

    /// <summary>Reads an <c>exec</c> entry of the kubeconfig.</summary>
    /// <exception cref="UnsupportedKubeconfigException">It contains something unsupported.</exception>
    public static ExecPlugin Read(KubeconfigSection section)
    {
        section.AllowOnly("apiVersion", "command", "args", "env", "installHint", "provideClusterInfo", "interactiveMode");
        var version = section.Text("apiVersion");
        if (version is not (V1 or V1Beta1))
            throw new UnsupportedKubeconfigException($"exec with apiVersion \"{version}\"");
        // Required in v1; v1beta1 did not have it at first.
        var mode = section.Text("interactiveMode") ?? (version == V1Beta1 ? nameof(InteractiveMode.IfAvailable) : null);
        if (mode is not (nameof(InteractiveMode.Never) or nameof(InteractiveMode.IfAvailable) or nameof(InteractiveMode.Always)))
            throw new UnsupportedKubeconfigException($"exec with interactiveMode \"{mode}\"");
        var command = section.Text("command") ?? throw new UnsupportedKubeconfigException("exec without command");
        // A name is looked up on PATH; a path is relative to the kubeconfig, never to the current directory (client-go
        // tools/clientcmd/loader.go, GetAuthInfoFileReferences).
        if (command.AsSpan().ContainsAny(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar))
            command = section.FilePath("command")!;
        return new ExecPlugin(version, command, section.Texts("args"), [.. section.Sections("env").Select(Variable)],
            section.Text("installHint"), section.Flag("provideClusterInfo"), Enum.Parse<InteractiveMode>(mode));
    }

    /// <summary>Runs the plugin.</summary>
    /// <exception cref="SshpodException">It cannot be run, fails, takes too long, or prints something unexpected.</exception>
    public async Task<Credential> RunAsync(ApiServer server, CancellationToken cancellation)
    {
        var asks = !IsUnattended && Asking != InteractiveMode.Never && PluginTerminal.IsThere;
        if (Asking == InteractiveMode.Always && !asks)
            throw new PluginFailedException($"credential plugin {Command} needs a terminal, and there is none here",
                "log in to the cluster first");
        // Its prompt must not share a line with our progress.
        using var silence = asks ? Progress.Silence() : null;
        var time = asks ? ClusterLimits.AskingPlugin : IsUnattended ? ClusterLimits.UnattendedPlugin : ClusterLimits.Plugin;
        await using var process = Start(server, asks, time);
        using var limit = process.LinkTo(cancellation);
        var words = new StringBuilder();
        var saying = RelayAsync(process.Error, IsUnattended ? words : null);
        try
        {
            var output = await ReadAsync(process.Output, limit.Token);
            var exitCode = await process.WaitAsync(limit.Token);
            await Task.WhenAny(saying, Task.Delay(ClusterLimits.PluginLastWords, limit.Token));
            Log.Debug($"api: credential plugin {Command}: exit {exitCode}");
            return exitCode == 0 ? Parse(output) : throw Failed($"ended with exit code {exitCode}{Said(words)}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw Failed($"did not end in {time.TotalSeconds:0} s{Said(words)}");
        }
    }

    private static KeyValuePair<string, string> Variable(KubeconfigSection section)
    {
        section.AllowOnly("name", "value");
        return new(section.Text("name") ?? throw new UnsupportedKubeconfigException("exec with a variable without name"),
            section.Text("value") ?? "");
    }

    private ChildProcess Start(ApiServer server, bool asks, TimeSpan limit)
    {
        try
        {
            var (program, arguments) = asks
                ? PluginTerminal.Give(
                    ProgramPath.Find(Command) ?? throw new CannotRunException("it is not on your PATH"), Arguments, Log.IsDiscarded)
                : (Command, Arguments);
            return ChildProcess.Start(program, arguments,
                limit, environment: [.. Environment, new("KUBERNETES_EXEC_INFO", Info(server, asks))]);
        }
        catch (CannotRunException e)
        {
            throw new SshpodException($"cannot run credential plugin {Command}: {e.Message}", InstallHint ?? "install it");
        }
    }

    /// <summary>The ExecCredential that is passed to the plugin.</summary>
    internal string Info(ApiServer server, bool asks)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteString("kind", "ExecCredential");
            json.WriteString("apiVersion", ApiVersion);
            json.WriteStartObject("spec");
            if (ProvideClusterInfo)
                WriteCluster(json, server);
            json.WriteBoolean("interactive", asks);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(text.ToArray());
    }

    private static void WriteCluster(Utf8JsonWriter json, ApiServer server)
    {
        json.WriteStartObject("cluster");
        json.WriteString("server", server.Url.AbsoluteUri.TrimEnd('/'));
        if (server.TlsServerName is { } name)
            json.WriteString("tls-server-name", name);
        if (server.SkipVerification)
            json.WriteBoolean("insecure-skip-tls-verify", true);
        if (server.Authorities is { } authorities)
            json.WriteBase64String("certificate-authority-data", authorities.Pem);
        if (server.Proxy is { } proxy)
            json.WriteString("proxy-url", proxy.AbsoluteUri.TrimEnd('/'));
        json.WriteEndObject();
    }

    /// <summary>Reads the ExecCredential that the plugin printed.</summary>
    internal Credential Parse(ReadOnlySpan<byte> output)
    {
        ExecCredential? answer;
        // PowerShell writes a byte order mark first, and kubectl accepts it.
        var mark = "\uFEFF"u8;
        if (output.StartsWith(mark))
            output = output[mark.Length..];
        try
        {
            answer = JsonSerializer.Deserialize(output, ExecCredentialJson.Default.ExecCredential);
        }
        catch (JsonException)
        {
            throw Failed("printed no ExecCredential");
        }
        if (answer is not { Kind: "ExecCredential", Status: { } status } || answer.ApiVersion != ApiVersion)
            throw Failed($"printed no ExecCredential of {ApiVersion}");
        if (status.ClientCertificateData is { Length: > 0 } != status.ClientKeyData is { Length: > 0 }
            || (string.IsNullOrEmpty(status.Token) && status.ClientKeyData is not { Length: > 0 }))
            throw Failed("returned neither a token nor a certificate with its key");
        try
        {
            return new Credential(
                string.IsNullOrEmpty(status.Token) ? null : Credential.Bearer(status.Token),
                status.ClientCertificateData is { Length: > 0 } certificate
                    ? ClientCertificate.Parse(Encoding.UTF8.GetBytes(certificate), Encoding.UTF8.GetBytes(status.ClientKeyData!)) : null,
                // The first moment of year 1 is Go's zero time: it does not expire.
                status.ExpirationTimestamp == DateTimeOffset.MinValue ? null : status.ExpirationTimestamp);
        }
        catch (CryptographicException e)
        {
            throw Failed($"returned a certificate that cannot be used: {e.Message}");
        }
    }

    // Its last line is the error, in most programs.
    private static string Said(StringBuilder words)
    {
        lock (words)
            return $"{words}".Split('\n').Select(line => line.Trim()).LastOrDefault(line => line.Length > 0) is { } last
                ? $": {OneLine.Of(last)}" : "";
    }

    private PluginFailedException Failed(string how) =>
        new($"credential plugin {Command} {how}", "log in to the cluster again, or run it by hand to see why");

    private static async Task<byte[]> ReadAsync(Stream stream, CancellationToken cancellation)
    {
        using var output = new MemoryStream();
        var buffer = new byte[4096];
        for (int count; output.Length < MaxOutput && (count = await stream.ReadAsync(buffer, cancellation)) > 0;)
            output.Write(buffer, 0, count);
        return output.ToArray();
    }

    // Not inherited: ssh may have taken away our own stderr, and there may be a progress line on the terminal.
    private static async Task RelayAsync(Stream stderr, StringBuilder? words)
    {
        Progress? silence = null;
        try
        {
            var buffer = new byte[4096];
            for (int count; (count = await stderr.ReadAsync(buffer)) > 0;)
            {
                if (words is not null)
                {
                    lock (words)
                        _ = words.Length < MaxWords ? words.Append(Encoding.UTF8.GetString(buffer, 0, count)) : words;
                    continue;
                }
                // Its output may continue on the same line.
                silence ??= Progress.Silence();
                Log.Relay(buffer.AsSpan(0, count));
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // We ended the process.
        }
        finally
        {
            silence?.Dispose();
        }
    }
}

/// <summary>Whether a plugin prompts the user (client-go's ExecInteractiveMode).</summary>
internal enum InteractiveMode
{
    /// <summary>It never prompts.</summary>
    Never,

    /// <summary>It prompts if there is a terminal.</summary>
    IfAvailable,

    /// <summary>It cannot run without a terminal.</summary>
    Always,
}
