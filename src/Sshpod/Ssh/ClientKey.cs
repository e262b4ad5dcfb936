using Sshpod.Terminal;

namespace Sshpod.Ssh;

/// <summary>The ed25519 key with which this user's ssh logs in to containers; made by <c>ssh-keygen</c>, readable by the user alone.</summary>
public static class ClientKey
{
    private static readonly TimeSpan KeygenLimit = TimeSpan.FromSeconds(10);

    /// <summary>The private key, as ssh's <c>IdentityFile</c>.</summary>
    public static string File { get; } = Path.Combine(ClientDirectory.Cache, "id_ed25519");

    private static string PublicFile => File + ".pub";

    /// <summary>Reads the public key, and makes what there is not: the pair, or its public half.</summary>
    /// <exception cref="SshpodException">It cannot be made or read, or others can read its private half.</exception>
    public static async Task<PublicKey> EnsureAsync(CancellationToken cancellation)
    {
        if (!Exists)
            await MakeAsync(cancellation);
        return await ReadAsync(cancellation);
    }

    /// <summary>Whether both halves are there.</summary>
    public static bool Exists => System.IO.File.Exists(File) && System.IO.File.Exists(PublicFile);

    /// <summary>Whether only the public half is there. An ssh that runs has then read it, and can use no other.</summary>
    public static bool LacksPrivateHalf => !System.IO.File.Exists(File) && System.IO.File.Exists(PublicFile);

    /// <summary>Reads the public key.</summary>
    /// <exception cref="SshpodException">It cannot be read, or others can read its private half.</exception>
    public static async Task<PublicKey> ReadAsync(CancellationToken cancellation)
    {
        CheckMode();
        try
        {
            return PublicKey.Parse(await System.IO.File.ReadAllTextAsync(PublicFile, cancellation))
                ?? throw new SshpodException($"{PublicFile} holds no {PublicKey.Algorithm} key", $"remove {File} and {PublicFile}: new ones are made");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SshpodException($"cannot read {PublicFile}: {e.Message}", "make it readable for you");
        }
    }

    private static void CheckMode()
    {
        ClientDirectory.CheckCache();
        if (OperatingSystem.IsWindows())
        {
            WindowsAccess.CheckFile(File);
            return;
        }
        var mode = System.IO.File.GetUnixFileMode(File);
        if ((mode & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) != 0)
            throw new SshpodException($"the private key {File} is open to others (mode {Convert.ToString((int)mode, 8)})", $"chmod 600 {File}");
    }

    // Made under another name and renamed: of several at the same moment all end with the same pair, and none with half of one.
    private static async Task MakeAsync(CancellationToken cancellation)
    {
        ClientDirectory.Create(ClientDirectory.Cache);
        await using var making = await LockFile.TakeAsync(Path.Combine(ClientDirectory.Cache, "id_ed25519.lock"), cancellation);
        if (Exists)
            return;
        if (System.IO.File.Exists(File))
        {
            // ssh has read the private half.
            CheckMode();
            ClientDirectory.Replace(PublicFile, await RunKeygenAsync(["-y", "-P", "", "-f", File], "read", $"remove {File}: a new one is made", cancellation));
            return;
        }
        var temporary = $"{File}.{Guid.NewGuid():N}";
        try
        {
            await RunKeygenAsync(["-q", "-t", "ed25519", "-N", "", "-C", "sshpod", "-f", temporary], "make", "make its directory writable for you", cancellation);
            if (OperatingSystem.IsWindows())
                WindowsAccess.MakePrivate(temporary);
            System.IO.File.Move(temporary, File, overwrite: true);
            System.IO.File.Move(temporary + ".pub", PublicFile, overwrite: true);
        }
        catch (IOException e)
        {
            throw new SshpodException($"cannot write {File}: {e.Message}", "make its directory writable for you");
        }
    }

    private static async Task<string> RunKeygenAsync(string[] arguments, string verb, string hint, CancellationToken cancellation)
    {
        try
        {
            var run = await SshProgram.RunAsync("ssh-keygen", arguments, cancellation).WaitAsync(KeygenLimit, cancellation);
            return run.ExitCode == 0 ? run.Output : throw new SshpodException($"ssh-keygen cannot {verb} {File}: {run.ErrorText}", hint);
        }
        catch (TimeoutException)
        {
            throw new SshpodException($"ssh-keygen did not end in {KeygenLimit.TotalSeconds:0} s", $"run it by hand: ssh-keygen -t ed25519 -f {File}");
        }
    }
}
