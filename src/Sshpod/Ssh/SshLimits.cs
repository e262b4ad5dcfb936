namespace Sshpod.Ssh;

/// <summary>How long we wait for programs of OpenSSH.</summary>
internal static class SshLimits
{
    /// <summary>For any of them; the doctor's connection takes the longest.</summary>
    public static readonly TimeSpan Program = TimeSpan.FromSeconds(60);

    /// <summary>For ssh-keygen, which makes or reads one key.</summary>
    public static readonly TimeSpan Keygen = TimeSpan.FromSeconds(10);

    /// <summary>For ssh to close its end after it was told why there is no connection.</summary>
    public static readonly TimeSpan Disconnect = TimeSpan.FromSeconds(5);
}
