using Sshpod.Machine;
using Sshpod.Settings;
using Sshpod.Ssh;

namespace Sshpod.Doctor;

/// <summary>The client key: that it exists, that nobody else can read it or write to its directory, and that its halves match.</summary>
internal static class KeyCheck
{
    /// <summary>Checks the key. If there is none yet, none is created here.</summary>
    public static async Task<Finding<string>> RunAsync(UserSettings settings, CancellationToken cancellation)
    {
        ClientDirectory.CheckCache();
        if (settings.Identity is { } own)
        {
            await ClientIdentity.ReadAsync(own, cancellation);
            return Finding.Ok($"{own}, as {ClientDirectory.Settings} says");
        }
        var keygen = ProgramPath.Find("ssh-keygen");
        if (!ClientKey.Exists)
            return keygen is null
                ? Finding.Failure<string>($"there is no key {ClientKey.File}, and no ssh-keygen on your PATH to make one",
                    "install the OpenSSH client")
                : Finding.Ok($"{ClientKey.File} will be made at the first connection");
        var key = await ClientKey.ReadAsync(cancellation);
        if (keygen is null)
            return Finding.Ok($"{ClientKey.File}, readable by you alone");

        var run = await SshProgram.RunAsync(keygen, ["-y", "-P", "", "-f", ClientKey.File], cancellation);
        if (run.ExitCode != 0)
            return Finding.Failure<string>($"the private key {ClientKey.File} cannot be used: {run.ErrorText}",
                $"remove {ClientKey.File} and {ClientKey.File}.pub: sshpod makes new ones");
        return PublicKey.Parse(run.Output) == key
            ? Finding.Ok($"{ClientKey.File}, readable by you alone")
            : Finding.Failure<string>($"{ClientKey.File}.pub is not the public half of {ClientKey.File}",
                "remove both: sshpod makes new ones");
    }
}
