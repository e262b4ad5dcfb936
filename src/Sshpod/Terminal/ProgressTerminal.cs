using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Sshpod.Terminal;

/// <summary>The user's terminal, if we may draw on it. .NET's Console is not used: it changes the terminal's settings.</summary>
internal sealed partial class ProgressTerminal : ITerminal, IDisposable
{
    private const int StandardError = 2, UsualColumns = 80;

    // ICANON. struct termios has 60 bytes with glibc and musl, 72 on macOS.
    private const uint Canonical = 0x2, CanonicalOnMac = 0x100;
    private const int SettingsSize = 256;

    private readonly SafeFileHandle _handle;

    private readonly FileStream _stream;

    internal ProgressTerminal(SafeFileHandle handle)
    {
        _handle = handle;
        _stream = new FileStream(handle, FileAccess.Write, bufferSize: 0);
    }

    /// <summary>Finds the terminal.</summary>
    /// <returns>
    /// Null if nothing should be drawn: stderr is not a terminal, ssh runs with <c>-q</c> or <c>-v</c>, or a program drives it. On Windows
    /// nothing is drawn yet.
    /// </returns>
    public static ProgressTerminal? Find()
    {
        if (OperatingSystem.IsWindows() || Environment.GetEnvironmentVariable("TERM") is null or "" or "dumb")
            return null;
        var ssh = SshParent.Current;
        if (ssh is { IsForUser: false })
            return null;
        if (IsTerminal(StandardError))
            return new ProgressTerminal(new SafeFileHandle(StandardError, ownsHandle: false));
        return ssh is { HasTakenStderr: true, StderrIsTerminal: true } && SshParent.OpenStderr() is { } handle
            ? new ProgressTerminal(handle) : null;
    }

    /// <summary>
    /// Whether we are in its foreground, or ssh is, whose session we may have left: with ssh in the background, the user is reading
    /// something else.
    /// </summary>
    public bool IsOurs =>
        ForegroundGroup((int)_handle.DangerousGetHandle()) == OwnGroup() || SshParent.Current is { IsInForeground: true };

    /// <inheritdoc/>
    public bool IsRaw
    {
        get
        {
            Span<byte> settings = stackalloc byte[SettingsSize];
            if (GetSettings((int)_handle.DangerousGetHandle(), ref MemoryMarshal.GetReference(settings)) != 0)
                return false;
            // struct termios: four words of flags, of which the last are the local ones.
            return OperatingSystem.IsMacOS()
                ? (MemoryMarshal.Read<ulong>(settings[(3 * sizeof(ulong))..]) & CanonicalOnMac) == 0
                : (MemoryMarshal.Read<uint>(settings[(3 * sizeof(uint))..]) & Canonical) == 0;
        }
    }

    /// <inheritdoc/>
    public int Rows => WindowSize(_handle.DangerousGetHandle(), out var size) == 0 ? size.Rows : 0;

    /// <summary>Its current width in columns.</summary>
    public int Columns =>
        WindowSize(_handle.DangerousGetHandle(), out var size) == 0 && size.Columns > 0 ? size.Columns : UsualColumns;

    /// <inheritdoc/>
    public bool TryWrite(string text)
    {
        // A connection must not wait because the user reads at leisure: what we draw is told again a second later.
        if (Output.StateOf((int)_handle.DangerousGetHandle()) != OutputState.Ready)
            return false;
        try
        {
            _stream.Write(System.Text.Encoding.UTF8.GetBytes(text));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The terminal is gone.
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private static bool IsTerminal(int file) => IsATty(file) == 1;

    [StructLayout(LayoutKind.Sequential)]
    private struct Window
    {
        public ushort Rows, Columns, Width, Height;
    }

    [LibraryImport("libc", EntryPoint = "isatty")]
    private static partial int IsATty(int file);

    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    private static partial int GetSettings(int file, ref byte settings);

    [LibraryImport("libc", EntryPoint = "tcgetpgrp")]
    private static partial int ForegroundGroup(int file);

    [LibraryImport("libc", EntryPoint = "getpgrp")]
    private static partial int OwnGroup();

    // .NET's native library knows the request of each system, and how a C function with variable arguments is called there: on arm64, macOS
    // passes them otherwise than all others.
    [LibraryImport("libSystem.Native", EntryPoint = "SystemNative_GetWindowSize")]
    private static partial int WindowSize(nint file, out Window size);
}
