using Sshpod.Machine;
using Sshpod.Terminal;

namespace Sshpod.Ssh;

/// <summary>
/// The two files of an ed25519 key, made by <c>ssh-keygen</c>: the private half, readable only by the user, and the public half.
/// </summary>
/// <param name="File">The private half.</param>
internal sealed record KeyPair(string File)
{
    /// <summary>The public half.</summary>
    public string PublicFile => File + ".pub";

    /// <summary>Whether both halves exist.</summary>
    public bool Exists => System.IO.File.Exists(File) && System.IO.File.Exists(PublicFile);

    /// <summary>Whether only the public half exists.</summary>
    public bool LacksPrivateHalf => !System.IO.File.Exists(File) && System.IO.File.Exists(PublicFile);

    /// <summary>How long ago it was generated; negative if the clock has been set back since.</summary>
    public TimeSpan Age => DateTime.UtcNow - System.IO.File.GetLastWriteTimeUtc(File);

    /// <summary>Reads the public key.</summary>
    /// <exception cref="SshpodException">It cannot be read, or others can read its private half.</exception>
    public async Task<PublicKey> ReadAsync(CancellationToken cancellation)
    {
        CheckMode();
        try
        {
            return PublicKey.Parse(await System.IO.File.ReadAllTextAsync(PublicFile, cancellation))
                ?? throw new SshpodException($"{PublicFile} holds no {PublicKey.Algorithm} key",
                    $"remove {File} and {PublicFile}: sshpod makes new ones");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SshpodException($"cannot read {PublicFile}: {e.Message}", "make it readable for you");
        }
    }

    /// <summary>Generates a new pair, or only the public half if the private one exists: ssh has then read that.</summary>
    public async Task CompleteAsync(CancellationToken cancellation)
    {
        if (!System.IO.File.Exists(File))
        {
            await MakeAsync(cancellation);
            return;
        }
        CheckMode();
        ClientDirectory.Replace(
            PublicFile, await RunKeygenAsync(["-y", "-P", "", "-f", File], "read", $"remove {File}: sshpod makes a new one", cancellation));
    }

    /// <summary>Generates a new pair in place of this one, under other names and then renamed: no reader finds half a file.</summary>
    public async Task MakeAsync(CancellationToken cancellation)
    {
        var temporary = $"{File}.{Guid.NewGuid():N}";
        try
        {
            await RunKeygenAsync(["-q", "-t", "ed25519", "-N", "", "-C", "sshpod", "-f", temporary],
                "make", "make its directory writable for you", cancellation);
            if (OperatingSystem.IsWindows())
                WindowsAccess.MakePrivate(temporary);
            ClientDirectory.Move(temporary, File);
            ClientDirectory.Move(temporary + ".pub", PublicFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SshpodException($"cannot write {File}: {e.Message}", "make its directory writable for you");
        }
    }

    /// <summary>
    /// Replaces another pair with a copy of this one, with the same age: the private half first, since ssh begins with the public one.
    /// </summary>
    /// <exception cref="SshpodException">It cannot be read or written.</exception>
    public void CopyTo(KeyPair other)
    {
        try
        {
            var time = System.IO.File.GetLastWriteTimeUtc(File);
            ClientDirectory.Replace(other.File, System.IO.File.ReadAllBytes(File));
            if (OperatingSystem.IsWindows())
                WindowsAccess.MakePrivate(other.File);
            System.IO.File.SetLastWriteTimeUtc(other.File, time);
            ClientDirectory.Replace(other.PublicFile, System.IO.File.ReadAllBytes(PublicFile));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SshpodException($"cannot copy {File}: {e.Message}", "make it readable for you");
        }
    }

    private void CheckMode()
    {
        ClientDirectory.CheckCache();
        if (OperatingSystem.IsWindows())
        {
            WindowsAccess.CheckFile(File);
            return;
        }
        var mode = System.IO.File.GetUnixFileMode(File);
        if ((mode & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) != 0)
            throw new SshpodException($"the private key {File} is open to others (mode {Convert.ToString((int)mode, 8)})",
                $"chmod 600 {File}");
    }

    private async Task<string> RunKeygenAsync(string[] arguments, string verb, string hint, CancellationToken cancellation)
    {
        try
        {
            var run = await SshProgram.RunAsync("ssh-keygen", arguments, cancellation).WaitAsync(SshLimits.Keygen, cancellation);
            return run.ExitCode == 0 ? run.Output : throw new SshpodException($"ssh-keygen cannot {verb} {File}: {run.ErrorText}", hint);
        }
        catch (TimeoutException)
        {
            throw new SshpodException($"ssh-keygen did not end in {SshLimits.Keygen.TotalSeconds:0} s",
                $"run it by hand: ssh-keygen -t ed25519 -f {File}");
        }
    }
}
