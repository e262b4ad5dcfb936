using System.Text.Json.Nodes;

namespace Sshpod.EndToEnd.Fixtures;

/// <summary>A kubeconfig with only the context of the tests, for a test to change.</summary>
public sealed class Kubeconfig
{
    private readonly IReadOnlyDictionary<string, string?> _environment;
    private readonly string _context, _cluster;

    private Kubeconfig(string path, string[] names)
    {
        Path = path;
        (_context, _cluster) = (names[0], names[1]);
        _environment = new Dictionary<string, string?> { ["KUBECONFIG"] = path };
    }

    /// <summary>The path of the file.</summary>
    public string Path { get; }

    /// <summary>Copies a context from the current kubeconfig.</summary>
    public static async Task<Kubeconfig> CopyAsync(IReadOnlyDictionary<string, string?> environment, string? context, string path)
    {
        string[] which = context is null ? [] : ["--context", context];
        var view = (await Run.ProgramAsync("kubectl", ["config", "view", "--minify", "--flatten", .. which], environment)).Successfully();
        await File.WriteAllBytesAsync(path, view.Output);
        var names = await Run.ProgramAsync("kubectl",
            ["config", "view", "--kubeconfig", path, "-o", "jsonpath={.contexts[0].name} {.contexts[0].context.cluster}"]);
        return new Kubeconfig(path, names.Successfully().Text.Split(' '));
    }

    /// <summary>Sends requests to another URL.</summary>
    public Task SetServerAsync(string url) => ConfigAsync("set-cluster", _cluster, $"--server={url}");

    /// <summary>Sets the namespace on the context.</summary>
    public Task SetNamespaceAsync(string ns) => ConfigAsync("set-context", _context, $"--namespace={ns}");

    /// <summary>Sets the namespace on one of several contexts.</summary>
    public Task SetNamespaceAsync(string context, string ns) => ConfigAsync("set-context", context, $"--namespace={ns}");

    /// <summary>Renames the context.</summary>
    public Task RenameContextAsync(string name) => ConfigAsync("rename-context", _context, name);

    /// <summary>Replaces the context with copies under these names; the first is the current one.</summary>
    public async Task SetContextsAsync(string ns, params string[] names)
    {
        // A kubeconfig may be JSON.
        var config = await ReadAsync();
        var context = config["contexts"]![0]!["context"]!;
        context["namespace"] = ns;
        config["contexts"] = new JsonArray(
            [.. names.Select(name => new JsonObject { ["name"] = name, ["context"] = context.DeepClone() })]);
        config["current-context"] = names[0];
        await File.WriteAllTextAsync(Path, config.ToJsonString());
    }

    /// <summary>Adds a copy of the context that trusts the system's certificate authorities instead.</summary>
    public Task AddContextWithSystemTrustAsync(string name, string ns) => ChangeAsync(config =>
    {
        var cluster = config["clusters"]![0]!.DeepClone();
        cluster["name"] = name;
        cluster["cluster"]!.AsObject().Remove("certificate-authority-data");
        config["clusters"]!.AsArray().Add(cluster);
        config["contexts"]![0]!["context"]!["namespace"] = ns;
        var context = config["contexts"]![0]!.DeepClone();
        (context["name"], context["context"]!["cluster"]) = (name, name);
        config["contexts"]!.AsArray().Add(context);
    });

    /// <summary>Expects another name in the API server's certificate.</summary>
    public Task SetTlsServerNameAsync(string name) => ConfigAsync("set-cluster", _cluster, $"--tls-server-name={name}");

    /// <summary>Impersonates another user.</summary>
    public Task ImpersonateAsync(string user) => SetUserFieldAsync("as", user);

    /// <summary>Sets a field of the user that <c>kubectl config</c> cannot set.</summary>
    public Task SetUserFieldAsync(string field, string value) => ChangeAsync(config => config["users"]![0]!["user"]![field] = value);

    /// <summary>Replaces the user's credentials with this token.</summary>
    public Task UseTokenAsync(string token) => ChangeAsync(config => config["users"]![0]!["user"] = new JsonObject { ["token"] = token });

    /// <summary>Trusts another authority instead of the API server's.</summary>
    public Task SetAuthorityAsync(string pem) =>
        ChangeAsync(
            config => config["clusters"]![0]!["cluster"]!["certificate-authority-data"] = Convert.ToBase64String(
                System.Text.Encoding.ASCII.GetBytes(pem)));

    /// <summary>Uses a credential plugin instead of credentials.</summary>
    public Task SetPluginAsync(string command, string apiVersion = "client.authentication.k8s.io/v1", string mode = "Never",
        params string[] arguments) =>
        ChangeAsync(config => config["users"]![0]!["user"] = new JsonObject
        {
            ["exec"] = new JsonObject
            {
                ["apiVersion"] = apiVersion,
                ["command"] = command,
                ["args"] = new JsonArray([.. arguments.Select(argument => (JsonNode)argument)]),
                ["interactiveMode"] = mode,
                ["installHint"] = $"apt install {command}"
            },
        });

    /// <summary>Sends requests through a proxy.</summary>
    public Task SetProxyAsync(string url) => ChangeAsync(config => config["clusters"]![0]!["cluster"]!["proxy-url"] = url);

    /// <summary>Sends requests to a server with its own certificate.</summary>
    /// <param name="url">Its URL.</param>
    /// <param name="authority">The authority that signed its certificate, as PEM.</param>
    public Task SetServerAsync(string url, string authority) => ChangeAsync(config => config["clusters"]![0]!["cluster"] = new JsonObject
    {
        ["server"] = url,
        ["certificate-authority-data"] = Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(authority)),
    });

    /// <summary>The URL of the API server, and the authority that signed its certificate, as PEM.</summary>
    public async Task<(Uri Server, string Authority)> ServerAsync()
    {
        var cluster = (await ReadAsync())["clusters"]![0]!["cluster"]!;
        return (new Uri(cluster["server"]!.GetValue<string>()),
            System.Text.Encoding.ASCII.GetString(Convert.FromBase64String(cluster["certificate-authority-data"]!.GetValue<string>())));
    }

    private async Task<JsonNode> ReadAsync() =>
        JsonNode.Parse((await Run.ProgramAsync("kubectl", ["config", "view", "--raw", "-o", "json"], _environment)).Successfully().Output)!;

    private async Task ChangeAsync(Action<JsonNode> change)
    {
        var config = await ReadAsync();
        change(config);
        // A kubeconfig may be JSON.
        await File.WriteAllTextAsync(Path, config.ToJsonString());
    }

    private async Task ConfigAsync(params string[] arguments) =>
        (await Run.ProgramAsync("kubectl", ["config", .. arguments], _environment)).Successfully();
}
