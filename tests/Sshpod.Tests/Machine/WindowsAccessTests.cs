using System.Security.AccessControl;
using System.Security.Principal;
using Sshpod.Machine;
using Sshpod.Terminal;

namespace Sshpod.Tests.Machine;

#pragma warning disable CA1416 // Each test is skipped elsewhere.

public sealed class WindowsAccessTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("sshpod-access-");

    private string Key => Path.Combine(_directory.FullName, "id_ed25519");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void A_key_that_we_have_made_private_is_accepted()
    {
        MakeKey();
        WindowsAccess.MakePrivate(Key);
        WindowsAccess.CheckFile(Key);
        File.WriteAllText(Key, "and the user can still write to it");
    }

    [Theory]
    [InlineData(FileSystemRights.ReadData)]
    [InlineData(FileSystemRights.WriteData)]
    public void A_key_that_others_can_read_or_change_is_refused(FileSystemRights rights)
    {
        MakeKey();
        WindowsAccess.MakePrivate(Key);
        Allow(rights);
        var refused = Assert.Throws<SshpodException>(() => WindowsAccess.CheckFile(Key));
        Assert.StartsWith($"the private key {Key} is open to others (", refused.Message, StringComparison.Ordinal);
        Assert.StartsWith("icacls ", refused.Hint, StringComparison.Ordinal);
    }

    private void MakeKey()
    {
        Assert.SkipUnless(OperatingSystem.IsWindows(), "elsewhere, files have modes");
        File.WriteAllText(Key, "key");
    }

    private void Allow(FileSystemRights rights)
    {
        var file = new FileInfo(Key);
        var security = file.GetAccessControl();
        security.AddAccessRule(
            new FileSystemAccessRule(new SecurityIdentifier(WellKnownSidType.WorldSid, null), rights, AccessControlType.Allow));
        file.SetAccessControl(security);
    }
}
