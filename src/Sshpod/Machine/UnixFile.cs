using System.Runtime.InteropServices;

namespace Sshpod.Machine;

/// <summary>Owner and mode of a file; links are not followed. .NET exposes only the mode.</summary>
/// <param name="Mode">The mode, including the file type bits.</param>
/// <param name="User">UID of its owner.</param>
/// <param name="Group">GID of its group.</param>
internal sealed partial record UnixFile(int Mode, uint User, uint Group)
{
    private const int TypeMask = 0xF000, Link = 0xA000, Regular = 0x8000, StickyBit = 0x200, GroupWrite = 0x10, OtherWrite = 0x2;

    // struct FileStatus of .NET's native library (pal_io.h), the same on every system and processor: flags, mode, UID, GID and more.
    private const int StatusSize = 256, ModeAt = 4, UserAt = 8, GroupAt = 12;

    /// <summary>Whether it is a symbolic link.</summary>
    public bool IsLink => (Mode & TypeMask) == Link;

    /// <summary>Whether it is a file, and no directory, link, pipe or device.</summary>
    public bool IsRegular => (Mode & TypeMask) == Regular;

    /// <summary>Its permissions, as chmod takes them.</summary>
    public string Permissions => Convert.ToString(Mode & 0xFFF, 8);

    /// <summary>Whether we own it.</summary>
    public bool IsOurs => User == EffectiveUser();

    /// <summary>Whether we or root own it.</summary>
    public bool IsOursOrRoots => IsOurs || User == 0;

    /// <summary>Whether others may write to it.</summary>
    public bool IsOpen => (Mode & (GroupWrite | OtherWrite)) != 0;

    /// <summary>
    /// Whether others may replace the entries of this directory. The user's private group (GID equal to the UID, as on Debian and Red Hat)
    /// does not count.
    /// </summary>
    public bool LetsOthersExchange => (Mode & StickyBit) == 0
        && ((Mode & OtherWrite) != 0
            || ((Mode & GroupWrite) != 0 && !(Group == User && Group == EffectiveUser() && Group == EffectiveGroup())));

    /// <summary>Whether everybody may replace the entries of this directory.</summary>
    public bool LetsEverybodyExchange => !IsLink && (Mode & StickyBit) == 0 && (Mode & OtherWrite) != 0;

    /// <summary>Reads owner and mode.</summary>
    /// <returns>Null if it does not exist or cannot be seen.</returns>
    public static UnixFile? Read(string path)
    {
        Span<byte> status = stackalloc byte[StatusSize];
        return LStat(path, ref MemoryMarshal.GetReference(status)) != 0 ? null : new UnixFile(
            MemoryMarshal.Read<int>(status[ModeAt..]), MemoryMarshal.Read<uint>(status[UserAt..]),
            MemoryMarshal.Read<uint>(status[GroupAt..]));
    }

    [LibraryImport("libSystem.Native", EntryPoint = "SystemNative_LStat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int LStat(string path, ref byte status);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "getegid")]
    private static partial uint EffectiveGroup();
}
