using System.Globalization;
using System.Text.RegularExpressions;
using Sshpod.Machine;
using Sshpod.Ssh;

namespace Sshpod.Doctor;

/// <summary>The user's ssh: that it exists, that it is OpenSSH, and that it is new enough.</summary>
internal static partial class SshClientCheck
{
    // 8.1 is the first with %n in ProxyCommand; 9.0 is the first whose scp needs no scp in the container.
    private static readonly Version Oldest = new(8, 1), WithSftpInScp = new(9, 0);

    /// <summary>Finds ssh and asks for its version.</summary>
    /// <returns>The path of ssh.</returns>
    public static async Task<Finding<string>> RunAsync(CancellationToken cancellation)
    {
        if (ProgramPath.Find("ssh") is not { } ssh)
            return Finding.Failure<string>("there is no ssh on your PATH", "install the OpenSSH client");
        var run = await SshProgram.RunAsync(ssh, ["-V"], cancellation);
        return Judge(ssh, run.ErrorText + run.Output);
    }

    /// <summary>Judges the output of <c>ssh -V</c>.</summary>
    internal static Finding<string> Judge(string ssh, string said)
    {
        // "OpenSSH_9.2p1 Debian-2+deb12u6, OpenSSL …", "OpenSSH_for_Windows_8.1p1, LibreSSL …"
        if (OpenSsh().Match(said) is not { Success: true } match)
            return Finding.Failure<string>($"{ssh} is not OpenSSH: {said}", "put OpenSSH's ssh before it on your PATH");
        var version = new Version(Number("major"), Number("minor"));
        var text = $"OpenSSH {match.Groups["version"].Value}, {ssh}";
        if (version < Oldest)
            return Finding.Failure<string>($"{text} is older than {Oldest}", "install a newer OpenSSH client");
        return version < WithSftpInScp
            ? Finding.Warning(ssh, $"{text}: its scp needs scp in the container",
                version < new Version(8, 7) ? "use sftp, or install OpenSSH 9.0" : "use scp -s or sftp, or install OpenSSH 9.0")
            : Finding.Ok(ssh, text);

        int Number(string group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"^OpenSSH_(for_Windows_)?(?<version>(?<major>\d{1,4})\.(?<minor>\d{1,4})[^ ,]*)")]
    private static partial Regex OpenSsh();
}
