using System.ComponentModel;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Sshpod.Windows;

/// <summary>
/// A ProxyCommand as OpenSSH for Windows starts it: with overlapped named pipes for stdin and stdout (contrib/win32/win32compat: pipe is
/// two ends of one, opened with FILE_FLAG_OVERLAPPED), its own stderr, and the line unchanged.
/// </summary>
internal sealed partial class ProxyProcess : IDisposable
{
    private const uint GenericRead = 0x8000_0000, GenericWrite = 0x4000_0000, OpenExisting = 3, Overlapped = 0x4000_0000;
    private const int UseHandles = 0x100, StandardError = -12;

    private readonly SafeProcessHandle _process;

    /// <summary>Starts it.</summary>
    /// <param name="line">The line.</param>
    public ProxyProcess(string line)
    {
        using var input = Connect(PipeDirection.Out, GenericRead, out var toIt);
        using var output = Connect(PipeDirection.In, GenericWrite, out var fromIt);
        (Input, Output) = (toIt, fromIt);
        var start = new StartUp
        {
            Size = Marshal.SizeOf<StartUp>(),
            Flags = UseHandles,
            Input = input.DangerousGetHandle(),
            Output = output.DangerousGetHandle(),
            Error = GetStandard(StandardError),
        };
        // CreateProcessW may write to the line.
        if (!Create(null, [.. line, '\0'], 0, 0, inherit: true, 0, 0, null, ref start, out var started))
            throw new IOException(new Win32Exception().Message);
        Close(started.Thread);
        _process = new SafeProcessHandle(started.Process, ownsHandle: true);
    }

    /// <summary>Its stdin.</summary>
    public NamedPipeServerStream Input { get; }

    /// <summary>Its stdout.</summary>
    public NamedPipeServerStream Output { get; }

    /// <summary>Ends it at once.</summary>
    public void Kill() => _ = Terminate(_process, 1);

    /// <summary>Waits for its end.</summary>
    /// <returns>Its exit code.</returns>
    public uint Wait()
    {
        _ = WaitFor(_process, uint.MaxValue);
        return GetExitCode(_process, out var code) ? code : uint.MaxValue;
    }

    public void Dispose()
    {
        Input.Dispose();
        Output.Dispose();
        _process.Dispose();
    }

    private static SafeFileHandle Connect(PipeDirection direction, uint access, out NamedPipeServerStream ours)
    {
        var name = $"sshpod-test-{Guid.NewGuid():N}";
        ours = new NamedPipeServerStream(name, direction, 1, PipeTransmissionMode.Byte, PipeOptions.Asynchronous);
        var inheritable = new Security { Size = Marshal.SizeOf<Security>(), Inherit = 1 };
        var theirs = Open($@"\\.\pipe\{name}", access, 0, ref inheritable, OpenExisting, Overlapped, 0);
        if (theirs.IsInvalid)
            throw new IOException(new Win32Exception().Message);
        ours.WaitForConnection();
        return theirs;
    }

    // SECURITY_ATTRIBUTES
    [StructLayout(LayoutKind.Sequential)]
    private struct Security
    {
        public int Size;
        public nint Descriptor;
        public int Inherit;
    }

    // STARTUPINFOW
    [StructLayout(LayoutKind.Sequential)]
    private struct StartUp
    {
        public int Size;
        public nint Reserved, Desktop, Title;
        public int X, Y, Width, Height, Columns, Rows, Fill, Flags;
        public short Show, ReservedSize;
        public nint ReservedBytes, Input, Output, Error;
    }

    // PROCESS_INFORMATION
    [StructLayout(LayoutKind.Sequential)]
    private struct Information
    {
        public nint Process, Thread;
        public int ProcessId, ThreadId;
    }

    [LibraryImport("kernel32", EntryPoint = "CreateProcessW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool Create(string? program, [In, Out] char[] line, nint process, nint thread,
        [MarshalAs(UnmanagedType.Bool)] bool inherit, uint flags, nint environment, string? directory, ref StartUp start,
        out Information started);

    [LibraryImport("kernel32", EntryPoint = "CreateFileW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    private static partial SafeFileHandle Open(string name, uint access, uint share, ref Security security, uint disposition, uint flags,
        nint template);

    [LibraryImport("kernel32", EntryPoint = "GetStdHandle")]
    private static partial nint GetStandard(int which);

    [LibraryImport("kernel32", EntryPoint = "CloseHandle")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool Close(nint handle);

    [LibraryImport("kernel32", EntryPoint = "TerminateProcess")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool Terminate(SafeProcessHandle process, uint code);

    [LibraryImport("kernel32", EntryPoint = "WaitForSingleObject")]
    private static partial uint WaitFor(SafeProcessHandle process, uint milliseconds);

    [LibraryImport("kernel32", EntryPoint = "GetExitCodeProcess")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetExitCode(SafeProcessHandle process, out uint code);
}
