namespace Sshpod.Ssh;

/// <summary>
/// What no <c>Host *</c> of the user's may decide, since our connection depends on it. docs/configure.md goes through all of ssh_config(5)
/// and says of each option why it is here or not.
/// <para>
/// Only keywords that OpenSSH 8.1 knows, by the names that it knows: an unknown one is an
/// error for every host, and <c>IgnoreUnknown</c> would take the place of the user's own.
/// </para>
/// </summary>
public static class PinnedOptions
{
    /// <summary>For every client that reads an ssh_config; values as plain as they come.</summary>
    /// <param name="kind">Which ssh reads it.</param>
    /// <param name="identity">The key that logs in.</param>
    public static IEnumerable<(string Keyword, string Value)> OfAll(ClientKind kind, ClientIdentity identity) =>
    [
        // The container's own key, learned over the authenticated exec stream before ssh reads the first byte.
        ("UserKnownHostsFile", Quoting.Option(KnownHosts.File, kind)),
        // "none" is a name of OpenSSH's; others open a file of this name.
        ("GlobalKnownHostsFile", "/dev/null"),
        ("StrictHostKeyChecking", "yes"),
        ("CheckHostIP", "no"),
        ("HostKeyAlgorithms", PublicKey.Algorithm),
        .. identity.Files.Select(file => ("IdentityFile", Quoting.Option(file, kind))),
        ("IdentitiesOnly", "yes"),
        ("PubkeyAuthentication", "yes"),
        ("PreferredAuthentications", "publickey"),
        // Of its own accord ssh prefers chacha20-poly1305, which costs both sides more where AES is in the processor (sshd/README.md). The
        // server leaves the first out where its processor has no instructions for it.
        ("Ciphers", $"{(HasAes ? "aes128-gcm@openssh.com," : "")}chacha20-poly1305@openssh.com,aes128-ctr"),
        ("ForwardAgent", "no"),
        // Keeps proxies and load balancers on the way from cutting an idle connection.
        ("ServerAliveInterval", "15"),
        ("ServerAliveCountMax", "4"),
    ];

    /// <summary>For OpenSSH alone.</summary>
    public static IEnumerable<(string Keyword, string Value)> OfOpenSsh =>
    [
        ("HostName", "%h"),
        ("Port", "22"),
        ("CanonicalizeHostname", "no"),
        ("UpdateHostKeys", "no"),
        // The name before 8.5, which later versions know as well.
        ("PubkeyAcceptedKeyTypes", "*ssh-ed25519*"),
        // The client's own order, whatever a Host * has left of it. The one that is added is FIPS 140's: a client in that mode may refuse a
        // file that names another.
        ("KexAlgorithms", "+ecdh-sha2-nistp256"),
        ("CertificateFile", "none"),
        ("AddKeysToAgent", "no"),
        ("ForwardX11", "no"),
        ("Tunnel", "no"),
        ("ProxyUseFdpass", "no"),
        // A first connection uploads the server and waits for pods that start: sshpod has limits of its own for each step.
        ("ConnectTimeout", "0"),
    ];

    /// <summary>
    /// Where OpenSSH looks for host keys, in place of what is for all. HostKeyAlias takes no tokens, so no pattern can set it to the host's
    /// own name: the second file holds for every name. OpenSSH before 8.4 does not know tokens here, finds no such file and goes on.
    /// </summary>
    /// <param name="kind">Which ssh reads it.</param>
    public static (string Keyword, string Value) KnownHostsOfOpenSsh(ClientKind kind) => ("UserKnownHostsFile",
        $"{Quoting.Option(KnownHosts.File, kind)} {Quoting.Option(KnownHosts.Directory, kind, $"/{KnownHosts.NameForSsh}")}");

    private static bool HasAes => System.Runtime.Intrinsics.X86.Aes.IsSupported || System.Runtime.Intrinsics.Arm.Aes.IsSupported;
}
