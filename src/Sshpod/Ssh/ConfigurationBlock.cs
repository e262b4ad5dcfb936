namespace Sshpod.Ssh;

/// <summary>Our own file: what ssh does for <c>*.sshpod</c>.</summary>
/// <param name="Program">Absolute path of the program that ssh runs.</param>
/// <param name="Kind">Which ssh reads it.</param>
/// <param name="Options">What the user chose.</param>
public sealed record ConfigurationBlock(string Program, ClientKind Kind, ConfigurationOptions Options)
{
    /// <summary>The user's own options for <c>*.sshpod</c>: read before ours, so that they win.</summary>
    public static string UserFile { get; } = Path.Combine(ClientDirectory.Config, "ssh_config.user");

    /// <summary>Why connections are not shared although the user did not object; null when they are, or when the user objected.</summary>
    public string? WhyNotShared => Options.Sharing && Kind.CanShare() ? SharedConnections.WhyNot(Program) : null;

    private bool IsShared => Options.Sharing && Kind.CanShare() && WhyNotShared is null;

    // Of its own accord ssh prefers chacha20-poly1305, which costs both sides more where AES is in the processor (sshd/README.md).
    private static bool HasAes => System.Runtime.Intrinsics.X86.Aes.IsSupported || System.Runtime.Intrinsics.Arm.Aes.IsSupported;

    private string Proxy => $"{Quoting.Program(Program, Kind)} proxy --host %n --user %r";

    /// <inheritdoc/>
    public override string ToString() => $"""
        # Written by `sshpod configure`, which writes it anew. Your own options for *.sshpod go into ssh_config.user beside it: they win.
        {Options.Line}
        Include {Quoting.Option(UserFile, Kind)}
        {Sharing}
        Host *.sshpod *.sshpod.
            ProxyCommand {Proxy}
            # The container's own key, learned over the authenticated exec stream before ssh reads the first byte.
            UserKnownHostsFile {Quoting.Option(KnownHosts.File, Kind)}
            GlobalKnownHostsFile none
            StrictHostKeyChecking yes
            UpdateHostKeys no
            CheckHostIP no
            HostKeyAlgorithms {PublicKey.Algorithm}
            {string.Join("\n    ", ClientIdentity.Files.Select(file => $"IdentityFile {Quoting.Option(file, Kind)}"))}
            IdentitiesOnly yes
            CertificateFile none
            PreferredAuthentications publickey
            # The server leaves the first out where its processor has no instructions for it.
            Ciphers {(HasAes ? "aes128-gcm@openssh.com," : "")}chacha20-poly1305@openssh.com,aes128-ctr
            ForwardAgent {(Options.ForwardAgent ? "yes" : "no")}
            # Keeps proxies and load balancers on the way from cutting an idle connection.
            ServerAliveInterval 15
            ServerAliveCountMax 4
        {(IsShared ? "    ControlMaster auto\n    ControlPersist 60\n" : "")}    # Also where `Host *` of yours shares connections: sshpod decides for these.
            ControlPath none
        {Hosts}
        """.Replace("\r", "", StringComparison.Ordinal);

    // The name alone does not say which cluster is meant: `sshpod share` answers whether an open connection of this name leads to it.
    private string Sharing => !IsShared
        ? WhyNotShared is { } reason ? $"# Connections are not shared: {reason}.\n" : ""
        : $"""

        # One connection carries all sessions of a host name, and stays for a minute after the last.
        Match originalhost *.sshpod,*.sshpod. exec "{Quoting.Program(Program, Kind)} share --host %n"
            ControlPath {Quoting.Option(Path.Combine(SharedConnections.Directory, "%C"), Kind).Replace("%%C", "%C", StringComparison.Ordinal)}
            ProxyCommand {Proxy} --shared

        """;

    private string Hosts => Options.Hosts is not { Count: > 0 } hosts ? "" : $"""

        # Entries for programs that list only whole names, from `sshpod configure --hosts`. All that they need stands above.
        {string.Join('\n', hosts.Select(host => $"Host {host}"))}

        """;
}
