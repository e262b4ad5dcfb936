namespace Sshpod.EndToEnd.Fixtures;

/// <summary>A user's ssh-agent.</summary>
public sealed class SshAgent : IAsyncDisposable
{
    private readonly Workstation _workstation;
    private readonly RunningProgram _agent;

    private SshAgent(Workstation workstation, RunningProgram agent) => (_workstation, _agent) = (workstation, agent);

    /// <summary>Starts an agent that programs on the workstation find.</summary>
    public static async Task<SshAgent> StartAsync(Workstation workstation)
    {
        var socket = workstation.File("agent");
        var agent = new RunningProgram("ssh-agent", ["-D", "-a", socket], workstation.Environment);
        await Eventually.HoldsAsync("the agent listens", () => File.Exists(socket));
        workstation.Environment["SSH_AUTH_SOCK"] = socket;
        return new SshAgent(workstation, agent);
    }

    /// <summary>Generates a key that only the agent holds.</summary>
    /// <returns>Its public half.</returns>
    public async Task<string> AddNewKeyAsync()
    {
        var file = _workstation.File("agent-key");
        (await _workstation.RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file)).Successfully();
        (await _workstation.RunAsync("ssh-add", "-q", file)).Successfully();
        File.Delete(file);
        return (await File.ReadAllTextAsync(file + ".pub")).Trim();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _agent.DisposeAsync();
}
