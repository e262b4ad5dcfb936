using Sshpod.Doctor;

namespace Sshpod.Tests.Doctor;

public class SshClientCheckTests
{
    [Theory]
    [InlineData("OpenSSH_9.2p1 Debian-2+deb12u6, OpenSSL 3.0.19 27 Jan 2026", nameof(CheckOutcome.Ok), "OpenSSH 9.2p1")]
    [InlineData("OpenSSH_10.0p2, LibreSSL 4.1.0", nameof(CheckOutcome.Ok), "OpenSSH 10.0p2")]
    [InlineData("OpenSSH_for_Windows_9.5p1, LibreSSL 3.8.2", nameof(CheckOutcome.Ok), "OpenSSH 9.5p1")]
    [InlineData("OpenSSH_8.9p1 Ubuntu-3ubuntu0.10, OpenSSL 3.0.2 15 Mar 2022", nameof(CheckOutcome.Warning),
        "its scp needs scp in the container")]
    [InlineData("OpenSSH_for_Windows_8.1p1, LibreSSL 3.0.2", nameof(CheckOutcome.Warning), "OpenSSH 8.1p1")]
    [InlineData("OpenSSH_8.0p1, OpenSSL 1.1.1k  FIPS 25 Mar 2021", nameof(CheckOutcome.Failure), "older than 8.1")]
    [InlineData("OpenSSH_7.9p1", nameof(CheckOutcome.Failure), "older than 8.1")]
    [InlineData("Dropbear v2022.83", nameof(CheckOutcome.Failure), "is not OpenSSH")]
    [InlineData("", nameof(CheckOutcome.Failure), "is not OpenSSH")]
    public void A_version_is_judged_by_what_it_lacks(string said, string outcome, string words)
    {
        var finding = SshClientCheck.Judge("/usr/bin/ssh", said);
        Assert.Equal(outcome, $"{finding.Outcome}");
        Assert.Contains(words, finding.Text, StringComparison.Ordinal);
        Assert.Equal(finding.Outcome != CheckOutcome.Failure, finding.Found is not null);
    }
}
