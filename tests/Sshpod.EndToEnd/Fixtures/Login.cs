using System.Globalization;
using System.Security.Cryptography;

namespace Sshpod.EndToEnd.Fixtures;

/// <summary>A user's login to a target, and what users do there. Any failure fails the test.</summary>
/// <param name="workstation">Where ssh runs.</param>
/// <param name="user">The login name.</param>
/// <param name="target">The first part or parts of the host name, such as <c>pod--busybox</c>.</param>
public sealed class Login(Workstation workstation, string user, string target)
{
    private const int Size = 300_001;

    private string Address => $"{user}@{workstation.Host(target)}";

    /// <summary>Runs a command.</summary>
    /// <returns>Its output.</returns>
    public async Task<string> RunAsync(string command, params string[] options) =>
        (await SshAsync([.. options, Address, command])).Quietly().Text;

    /// <summary>Runs a command with a terminal.</summary>
    /// <returns>What the terminal shows, with the terminal's own line endings.</returns>
    public async Task<string> RunInTerminalAsync(string command, params string[] options) =>
        (await SshAsync([.. options, "-q", "-tt", Address, command])).Quietly().Text;

    /// <summary>Uploads a file to a directory with sftp, downloads it again, and compares.</summary>
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

    /// <summary>Forwards a port of the container: the server's own, which always listens, and speaks first.</summary>
    public async Task ForwardAsync()
    {
        var port = int.Parse((await RunAsync("echo $SSH_CONNECTION")).Trim().Split(' ')[3], CultureInfo.InvariantCulture);
        var answer = (await SshAsync("-W", $"127.0.0.1:{port}", Address)).Quietly().Text;
        Assert.StartsWith("sshpod-resume 1 ", answer, StringComparison.Ordinal);
    }

    /// <summary>Uses the workstation's agent in the container, which must have <c>ssh-add</c>.</summary>
    public async Task ForwardAgentAsync()
    {
        await using var agent = await SshAgent.StartAsync(workstation);
        var key = await agent.AddNewKeyAsync();
        Assert.Equal(key.Split(' ')[1], (await RunAsync("ssh-add -L", "-A")).Split(' ')[1]);
    }

    private Task<Outcome> SshAsync(params string[] arguments) => workstation.RunAsync("ssh", ["-F", workstation.SshConfig, .. arguments]);
}
