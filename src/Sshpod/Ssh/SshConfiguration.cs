using Sshpod.Terminal;

namespace Sshpod.Ssh;

/// <summary>
/// The user's ssh configuration: a file of ours with the <c>Host *.sshpod</c> block, and one <c>Include</c> of it at the top of theirs.
/// At the top, because the first value that ssh obtains wins and a <c>Host *</c> of theirs would otherwise.
/// </summary>
/// <param name="userFile">The user's file, such as <c>~/.ssh/config</c>.</param>
public sealed class SshConfiguration(string userFile)
{
    private const string Comment = "# sshpod: ssh into pods, see `sshpod configure --help`";

    /// <summary>Our own file.</summary>
    public static string OwnFile { get; } = Path.Combine(ClientDirectory.Config, "ssh_config");

    private static string Include => $"Include {Quote(OwnFile)}";

    /// <summary>Writes what is not there yet. Doing it twice changes nothing.</summary>
    /// <returns>What was changed, a sentence each.</returns>
    /// <exception cref="SshpodException">A file cannot be read or written; nothing is half-written.</exception>
    public IReadOnlyList<string> Apply()
    {
        var changes = new List<string>();
        var block = Block(Environment.ProcessPath!);
        if (Read(OwnFile) != block)
        {
            ClientDirectory.Create(Path.GetDirectoryName(OwnFile)!);
            ClientDirectory.Replace(OwnFile, block);
            changes.Add($"wrote {OwnFile}");
        }

        // A symbolic link (a dotfiles repository) stays one: what it points at is replaced.
        var link = new FileInfo(userFile);
        var file = link.LinkTarget is null ? userFile : link.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
        var old = Read(file);
        if (old?.Split('\n').Any(line => line.Trim() == Include) == true)
            return changes;
        ClientDirectory.Create(Path.GetDirectoryName(file)!);
        if (!string.IsNullOrEmpty(old))
        {
            var backup = $"{file}.before-sshpod";
            ClientDirectory.Replace(backup, old);
            changes.Add($"kept the old {file} as {backup}");
        }
        ClientDirectory.Replace(file, $"{Comment}\n{Include}\n{(string.IsNullOrEmpty(old) ? "" : "\n")}{old}");
        changes.Add($"added an Include to the top of {file}");
        return changes;
    }

    /// <summary>The content of our own file.</summary>
    /// <param name="program">Absolute path of the program that ssh runs.</param>
    internal static string Block(string program) => $"""
        # Written by `sshpod configure`, which writes it anew: put your own options for *.sshpod into your own file.
        Host *.sshpod *.sshpod.
            ProxyCommand {ShellQuote(program)} proxy --host %n --user %r
            # The container's own key, learned over the authenticated exec stream before ssh reads the first byte.
            UserKnownHostsFile {Quote(KnownHosts.File)}
            GlobalKnownHostsFile none
            StrictHostKeyChecking yes
            UpdateHostKeys no
            CheckHostIP no
            HostKeyAlgorithms {PublicKey.Algorithm}
            IdentityFile {Quote(ClientKey.File)}
            IdentitiesOnly yes
            PreferredAuthentications publickey
            ForwardAgent no
            # Keeps proxies and load balancers on the way from cutting an idle connection.
            ServerAliveInterval 15
            ServerAliveCountMax 4

        """;

    // ssh_config(5): arguments with spaces stand in double quotes; there is no escape for a double quote. %% is a percent sign.
    private static string Quote(string path) => path.Contains('"')
        ? throw new SshpodException($"the path {path} has a double quote, which ssh's configuration cannot hold", "set XDG_CACHE_HOME and XDG_CONFIG_HOME to others")
        : $"\"{path.Replace("%", "%%", StringComparison.Ordinal)}\"";

    // ssh hands the line to the user's shell, after its own percent signs.
    private static string ShellQuote(string path)
    {
        path = path.Replace("%", "%%", StringComparison.Ordinal);
        return OperatingSystem.IsWindows() ? $"\"{path}\"" : $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }

    private static string? Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SshpodException($"cannot read {file}: {e.Message}", "make it readable for you");
        }
    }
}
