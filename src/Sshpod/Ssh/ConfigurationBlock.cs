using Sshpod.Machine;

namespace Sshpod.Ssh;

/// <summary>Our own file: what ssh does for <c>*.sshpod</c>.</summary>
/// <param name="Program">Absolute path of the program that ssh runs.</param>
/// <param name="Kind">Which ssh reads it.</param>
/// <param name="Options">What the user chose.</param>
/// <param name="Identity">The key that logs in; null for the one that sshpod generates.</param>
public sealed record ConfigurationBlock(string Program, ClientKind Kind, ConfigurationOptions Options, ClientIdentity? Identity = null)
{
    /// <summary>The user's own options for <c>*.sshpod</c>: read before ours, so that they win.</summary>
    public static string UserFile { get; } = Path.Combine(ClientDirectory.Config, "ssh_config.user");

    /// <summary>Why connections are not shared although the user did not object; null if they are, or if the user objected.</summary>
    public string? WhyNotShared => Options.Sharing && Kind.CanShare() ? ControlPath.WhyNot(Program) : null;

    private IEnumerable<(string Keyword, string Value)> OfAll => PinnedOptions.OfAll(Kind, Identity ?? ClientIdentity.Generated);

    private bool IsShared => Options.Sharing && Kind.CanShare() && WhyNotShared is null;

    // The "[" hides the block from paramiko, which reads it as a character set where ssh reads it literally: paramiko does not expand %n.
    // Other clients do not know originalhost, or do expand %n.
    private const string OpenSsh = "Match originalhost *.sshpod,*.sshpod.,!*[.]*";

    // asyncssh knows originalhost, but opens %n literally as a file name. Its patterns are case-sensitive; those of OpenSSH are not.
    private const string OpenSshAlone = "Match originalhost *.SSHPOD,*.SSHPOD.,!*[.]*";

    private string Proxy(string host) => $"{Quoting.Program(Program, Kind)} proxy --host {host}";

    /// <inheritdoc/>
    public override string ToString() => $"""
        # Written by `sshpod configure`, which overwrites it. Put your own options for *.sshpod in ssh_config.user beside it: they win.
        {Options.Line}
        Include {Quoting.Include(UserFile, Kind)}
        {Agents}{Sharing}
        # Only OpenSSH: where it finds host keys. Your HostKeyAlias has no effect: the second file has this host's key under any name.
        {OpenSshAlone}
        {Lines([PinnedOptions.KnownHostsOfOpenSsh(Kind)])}

        # OpenSSH, which also matches these names in capitals. %n is the name as typed: contexts and aliases are case-sensitive.
        # ServerAliveInterval 0: sshpod itself watches the way, and resumes after an outage, which would end at interval x count otherwise.
        {OpenSsh}
            ProxyCommand {Proxy("%n")}
        {Lines([.. OfAll, .. PinnedOptions.OfOpenSsh])}
        {Persistence}    # Even if your `Host *` shares connections: sshpod decides about these.
            ControlPath none

        # Every other client that reads this file. For OpenSSH, the options above come first, and win.
        Host *.sshpod *.sshpod.
            ProxyCommand {Proxy("%h")}
        {Lines(OfAll)}
        {Hosts}
        # After an Include, some clients stay in its last block. This one is for every host.
        Host *

        """.Replace("\r", "", StringComparison.Ordinal);

    private static string Lines(IEnumerable<(string Keyword, string Value)> options) =>
        string.Join('\n', options.Select(option => $"    {option.Keyword} {option.Value}"));

    private string Agents => Options.AgentHosts is not { Count: > 0 } hosts ? "" : $"""

        # From `sshpod configure --forward-agent`: anyone with your UID, or root, in these containers can use your agent's keys.
        Host {string.Join(' ', hosts)}
            ForwardAgent yes

        """;

    // The name alone does not say which cluster is meant: `sshpod share` checks whether an open connection of this name leads to it.
    private string Sharing => !IsShared
        ? WhyNotShared is { } reason ? $"# Connections are not shared: {reason}.\n" : ""
        : $"""

        # One connection carries all sessions of a host name, and stays open for a minute after the last.
        {OpenSsh} exec "{Quoting.Inner(Program, Kind)} share --host %n"
            ControlPath {Quoting.Option(Path.Combine(ControlPath.Directory, "%C"), Kind).Replace("%%C", "%C", StringComparison.Ordinal)}
            ProxyCommand {Proxy("%n")} --shared

        """;

    private string Persistence => IsShared ? "    ControlMaster auto\n    ControlPersist 60\n" : "";

    private string Hosts => Options.Hosts is not { Count: > 0 } hosts ? "" : $"""

        {ConfigurationOptions.Entries}, from `sshpod configure --hosts`. Their options are all above.
        {string.Join('\n', hosts.Select(host => $"Host {host}"))}

        """;
}
