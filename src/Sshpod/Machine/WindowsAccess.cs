using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;
using Sshpod.Terminal;

namespace Sshpod.Machine;

/// <summary>
/// Checks who may do what with a file on Windows, by its access control list. Only the user, SYSTEM and the administrators are trusted.
/// </summary>
[SupportedOSPlatform("windows")]
internal static class WindowsAccess
{
    private const FileSystemRights Changes = FileSystemRights.WriteData | FileSystemRights.AppendData | FileSystemRights.Delete
        | FileSystemRights.DeleteSubdirectoriesAndFiles | FileSystemRights.ChangePermissions | FileSystemRights.TakeOwnership;

    /// <summary>Refuses a private key that others may read or change.</summary>
    /// <exception cref="SshpodException">Others may.</exception>
    public static void CheckFile(string file)
    {
        if (Others(new FileInfo(file).GetAccessControl(AccessControlSections.Access | AccessControlSections.Owner),
            Changes | FileSystemRights.ReadData) is { } who)
            throw new SshpodException($"the private key {file} is open to others ({who})",
                $"icacls \"{file}\" /inheritance:r /grant:r \"%USERNAME%:F\" \"*S-1-5-18:F\" \"*S-1-5-32-544:F\"");
    }

    /// <summary>Refuses a directory that others may change. One that does not exist yet is fine.</summary>
    /// <exception cref="SshpodException">Others may.</exception>
    public static void CheckDirectory(string directory)
    {
        var info = new DirectoryInfo(directory);
        if (info.Exists && Others(info.GetAccessControl(AccessControlSections.Access | AccessControlSections.Owner), Changes) is { } who)
            throw new SshpodException($"others may write to the directory {directory} ({who}), and sshpod's key would be there",
                $"icacls \"{directory}\" /inheritance:r /grant:r \"%USERNAME%:(OI)(CI)F\" \"*S-1-5-18:(OI)(CI)F\" "
                + $"\"*S-1-5-32-544:(OI)(CI)F\"");
    }

    /// <summary>Restricts a file to the user, SYSTEM and the administrators, whatever its directory allows.</summary>
    public static void MakePrivate(string file)
    {
        var security = new FileSecurity();
        security.SetAccessRuleProtection(isProtected: true, preserveInheritance: false);
        foreach (var trusted in Trusted())
            security.AddAccessRule(new FileSystemAccessRule(trusted, FileSystemRights.FullControl, AccessControlType.Allow));
        new FileInfo(file).SetAccessControl(security);
    }

    private static SecurityIdentifier[] Trusted()
    {
        using var user = WindowsIdentity.GetCurrent();
        return [user.User!, new(WellKnownSidType.LocalSystemSid, null), new(WellKnownSidType.BuiltinAdministratorsSid, null)];
    }

    /// <summary>Somebody else who has one of these rights; null if nobody has.</summary>
    private static string? Others(FileSystemSecurity security, FileSystemRights rights)
    {
        // These two stand for the owner, who is checked below.
        SecurityIdentifier[] trusted = [.. Trusted(), new(WellKnownSidType.CreatorOwnerSid, null),
            new(WellKnownSidType.WinCreatorOwnerRightsSid, null)];
        var allowed = security.GetAccessRules(includeExplicit: true, includeInherited: true, typeof(SecurityIdentifier))
            .Cast<FileSystemAccessRule>()
            .Where(rule => rule.AccessControlType == AccessControlType.Allow && (rule.FileSystemRights & rights) != 0)
            .Select(rule => rule.IdentityReference);
        return allowed.Append(security.GetOwner(typeof(SecurityIdentifier))).OfType<SecurityIdentifier>()
            .FirstOrDefault(who => !trusted.Contains(who)) is { } other ? Name(other) : null;
    }

    private static string Name(SecurityIdentifier who)
    {
        try
        {
            return who.Translate(typeof(NTAccount)).Value;
        }
        catch (IdentityNotMappedException)
        {
            return who.Value;
        }
    }
}
