using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Sshpod.Machine;

#pragma warning disable RS0030 // Part of ChildProcess: a program that it has started.

/// <summary>
/// A program and all that it has started, on Windows. ssh kills its ProxyCommand there without warning; the system then kills these too. A
/// program can leave the job with CREATE_BREAKAWAY_FROM_JOB, as setsid leaves a session.
/// </summary>
internal sealed partial class JobObject : IDisposable
{
    private const int ExtendedLimits = 9;
    private const uint BreakawayOk = 0x800, KillOnClose = 0x2000;

    private readonly SafeFileHandle _handle;

    private JobObject(SafeFileHandle handle) => _handle = handle;

    /// <summary>Puts a program into a job. It has just been started, and has not had time to start another.</summary>
    /// <returns>Null if the system does not allow it.</returns>
    public static JobObject? Of(Process process)
    {
        var job = new JobObject(Create(0, null));
        if (!job._handle.IsInvalid && job.SetFlags(KillOnClose | BreakawayOk) && Assign(job._handle, process.SafeHandle))
            return job;
        job.Dispose();
        return null;
    }

    /// <summary>Kills all of it.</summary>
    public void End() => _ = Terminate(_handle, 1);

    /// <summary>Lets the processes that the program has left behind keep running.</summary>
    public void Release() => _ = SetFlags(BreakawayOk);

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private bool SetFlags(uint flags)
    {
        var limits = new Limits { Flags = flags };
        return Set(_handle, ExtendedLimits, ref limits, (uint)Marshal.SizeOf<Limits>());
    }

    // JOBOBJECT_EXTENDED_LIMIT_INFORMATION
    [StructLayout(LayoutKind.Sequential)]
    private struct Limits
    {
        public long ProcessTime, JobTime;
        public uint Flags;
        public nuint MinimumWorkingSet, MaximumWorkingSet;
        public uint ActiveProcesses;
        public nuint Affinity;
        public uint PriorityClass, SchedulingClass;
        public ulong Reads, Writes, Others, ReadBytes, WrittenBytes, OtherBytes;
        public nuint ProcessMemory, JobMemory, PeakProcessMemory, PeakJobMemory;
    }

    [LibraryImport("kernel32", EntryPoint = "CreateJobObjectW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    private static partial SafeFileHandle Create(nint attributes, string? name);

    [LibraryImport("kernel32", EntryPoint = "SetInformationJobObject", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool Set(SafeFileHandle job, int kind, ref Limits limits, uint length);

    [LibraryImport("kernel32", EntryPoint = "AssignProcessToJobObject", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool Assign(SafeFileHandle job, SafeProcessHandle process);

    [LibraryImport("kernel32", EntryPoint = "TerminateJobObject", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool Terminate(SafeFileHandle job, uint exitCode);
}
