using System.Globalization;
using System.Security.Cryptography;

namespace Sshpod.EndToEnd.Fixtures;

/// <summary>A user's way into a target, and what users do there. Whatever fails, fails the test.</summary>
/// <param name="workstation">Where ssh runs.</param>
/// <param name="user">The login name.</param>
/// <param name="target">First part or parts of the host name, such as <c>pod--busybox</c>.</param>
public sealed class Login(Workstation workstation, string user, string target)
{
    private const int Size = 300_001;

    private string Address => $"{user}@{workstation.Host(target)}";

    /// <summary>Runs a command.</summary>
    /// <returns>What it prints.</returns>
    public async Task<string> RunAsync(string command, params string[] options) =>
        (await SshAsync([.. options, Address, command])).Quietly().Text;

    /// <summary>Runs a command with a terminal.</summary>
    /// <returns>What the terminal shows, with the ends of lines that it makes.</returns>
    public async Task<string> RunInTerminalAsync(string command, params string[] options) =>
        (await SshAsync([.. options, "-q", "-tt", Address, command])).Quietly().Text;

    /// <summary>Puts a file into a directory by sftp, gets it back, and compares.</summary>
    public async Task CopyThereAndBackAsync(string directory = "/tmp")
    {
        var name = $"{directory}/sftp-{Guid.NewGuid():N}";
        var bytes = RandomNumberGenerator.GetBytes(Size);
        await File.WriteAllBytesAsync(workstation.File("sent"), bytes);
        await File.WriteAllTextAsync(workstation.File("batch"),
            $"put {workstation.File("sent")} {name}\nget {name} {workstation.File("back")}\nrm {name}\n");
        (await workstation.RunAsync("sftp", "-q", "-F", workstation.SshConfig, "-b", workstation.File("batch"), Address)).Quietly();
        Assert.Equal(bytes, await File.ReadAllBytesAsync(workstation.File("back")));
    }

    /// <summary>Reaches a port of the container. The one that always listens is the server's own, and it speaks first.</summary>
    public async Task ForwardAsync()
    {
        var port = int.Parse((await RunAsync("echo $SSH_CONNECTION")).Trim().Split(' ')[3], CultureInfo.InvariantCulture);
        var answer = (await SshAsync("-W", $"127.0.0.1:{port}", Address)).Quietly().Text;
        Assert.StartsWith("SSH-2.0-", answer, StringComparison.Ordinal);
    }

    /// <summary>Uses the agent of the workstation in the container, which must have <c>ssh-add</c>.</summary>
    public async Task ForwardAgentAsync()
    {
        await using var agent = await SshAgent.StartAsync(workstation);
        var key = await agent.AddNewKeyAsync();
        Assert.Equal(key.Split(' ')[1], (await RunAsync("ssh-add -L", "-A")).Split(' ')[1]);
    }

    private Task<Outcome> SshAsync(params string[] arguments) => workstation.RunAsync("ssh", ["-F", workstation.SshConfig, .. arguments]);
}
