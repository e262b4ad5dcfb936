using System.Text.Json.Nodes;

namespace Sshpod.EndToEnd.Fixtures;

/// <summary>A kubeconfig with the one context of the tests, to be changed.</summary>
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

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Copies a context out of the kubeconfig in effect.</summary>
    public static async Task<Kubeconfig> CopyAsync(IReadOnlyDictionary<string, string?> environment, string? context, string path)
    {
        string[] which = context is null ? [] : ["--context", context];
        var view = (await Run.ProgramAsync("kubectl", ["config", "view", "--minify", "--flatten", .. which], environment)).Successfully();
        await File.WriteAllBytesAsync(path, view.Output);
        var names = await Run.ProgramAsync("kubectl",
            ["config", "view", "--kubeconfig", path, "-o", "jsonpath={.contexts[0].name} {.contexts[0].context.cluster}"]);
        return new Kubeconfig(path, names.Successfully().Text.Split(' '));
    }

    /// <summary>Sends its requests elsewhere.</summary>
    public Task SetServerAsync(string url) => ConfigAsync("set-cluster", _cluster, $"--server={url}");

    /// <summary>Sets the namespace on the context.</summary>
    public Task SetNamespaceAsync(string ns) => ConfigAsync("set-context", _context, $"--namespace={ns}");

    /// <summary>Gives the context another name.</summary>
    public Task RenameContextAsync(string name) => ConfigAsync("rename-context", _context, name);

    /// <summary>Replaces the context by some that are the same but for their names; the first is the current one.</summary>
    public async Task SetContextsAsync(string ns, params string[] names)
    {
        // A kubeconfig may be JSON.
        var config = await ReadAsync();
        var context = config["contexts"]![0]!["context"]!;
        context["namespace"] = ns;
        config["contexts"] = new JsonArray([.. names.Select(name => new JsonObject { ["name"] = name, ["context"] = context.DeepClone() })]);
        config["current-context"] = names[0];
        await File.WriteAllTextAsync(Path, config.ToJsonString());
    }

    /// <summary>Expects another name in the API server's certificate.</summary>
    public Task SetTlsServerNameAsync(string name) => ConfigAsync("set-cluster", _cluster, $"--tls-server-name={name}");

    /// <summary>Acts as another user.</summary>
    public Task ImpersonateAsync(string user) => SetUserFieldAsync("as", user);

    /// <summary>Sets a field of the user for which kubectl config has no command.</summary>
    public async Task SetUserFieldAsync(string field, string value)
    {
        var config = await ReadAsync();
        config["users"]![0]!["user"]![field] = value;
        await File.WriteAllTextAsync(Path, config.ToJsonString());
    }

    private async Task<JsonNode> ReadAsync() =>
        JsonNode.Parse((await Run.ProgramAsync("kubectl", ["config", "view", "--raw", "-o", "json"], _environment)).Successfully().Output)!;

    private async Task ConfigAsync(params string[] arguments) =>
        (await Run.ProgramAsync("kubectl", ["config", .. arguments], _environment)).Successfully();
}
