namespace Sshpod.Ssh;

/// <summary>
/// Options that the user's <c>Host *</c> must not set, since our connection depends on them. docs/configure.md goes through all of
/// ssh_config(5) and says for each option why it is here or not.
/// <para>
/// Only keywords that OpenSSH 8.1 knows, under the names that it knows: an unknown one is an error for every host, and our
/// <c>IgnoreUnknown</c> would override the user's.
/// </para>
/// </summary>
public static class PinnedOptions
{
    /// <summary>For every client that reads an ssh_config; values are as plain as possible.</summary>
    /// <param name="kind">Which ssh reads it.</param>
    /// <param name="identity">The key that logs in.</param>
    public static IEnumerable<(string Keyword, string Value)> OfAll(ClientKind kind, ClientIdentity identity) =>
    [
        // The container's own key, learned over the authenticated exec stream before ssh reads the first byte.
        ("UserKnownHostsFile", Quoting.Option(KnownHosts.File, kind)),
        // Only OpenSSH knows "none"; others open a file of this name.
        ("GlobalKnownHostsFile", "/dev/null"),
        ("StrictHostKeyChecking", "yes"),
        ("CheckHostIP", "no"),
        ("HostKeyAlgorithms", PublicKey.Algorithm),
        .. identity.Files.Select(file => ("IdentityFile", Quoting.Option(file, kind))),
        ("IdentitiesOnly", "yes"),
        ("PubkeyAuthentication", "yes"),
        ("PreferredAuthentications", "publickey"),
        // By default ssh prefers chacha20-poly1305, which costs both sides more if the processor has AES instructions (sshd/README.md). The
        // server does not offer the first one if its processor has none.
        ("Ciphers", $"{(HasAes ? "aes128-gcm@openssh.com," : "")}chacha20-poly1305@openssh.com,aes128-ctr"),
        ("ForwardAgent", "no"),
        // sshpod watches the way itself, keeps proxies and load balancers from cutting an idle connection, and resumes one that was cut.
        // ssh knows nothing of that, and would end the session after interval x count.
        ("ServerAliveInterval", "0"),
    ];

    /// <summary>For OpenSSH alone.</summary>
    public static IEnumerable<(string Keyword, string Value)> OfOpenSsh =>
    [
        ("HostName", "%h"),
        ("Port", "22"),
        ("CanonicalizeHostname", "no"),
        ("UpdateHostKeys", "no"),
        // The name before 8.5, which later versions also know.
        ("PubkeyAcceptedKeyTypes", "*ssh-ed25519*"),
        // The client's default order, whatever a Host * sets. The one added is allowed by FIPS 140: a client in that mode may reject a file
        // that names another.
        ("KexAlgorithms", "+ecdh-sha2-nistp256"),
        ("CertificateFile", "none"),
        ("AddKeysToAgent", "no"),
        ("ForwardX11", "no"),
        ("Tunnel", "no"),
        ("ProxyUseFdpass", "no"),
        // A first connection uploads the server and waits for pods that start: sshpod has its own limits for each step.
        ("ConnectTimeout", "0"),
    ];

    /// <summary>
    /// Where OpenSSH looks for host keys, instead of the value for all clients. HostKeyAlias takes no tokens, so no pattern can set it to
    /// the host's own name: the second file applies to every name. OpenSSH before 8.4 expands no tokens here, finds no such file and goes
    /// on.
    /// </summary>
    /// <param name="kind">Which ssh reads it.</param>
    public static (string Keyword, string Value) KnownHostsOfOpenSsh(ClientKind kind) => ("UserKnownHostsFile",
        $"{Quoting.Option(KnownHosts.File, kind)} {Quoting.Option(KnownHosts.Directory, kind, $"/{KnownHosts.NameForSsh}")}");

    private static bool HasAes => System.Runtime.Intrinsics.X86.Aes.IsSupported || System.Runtime.Intrinsics.Arm.Aes.IsSupported;
}
