using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;

namespace Sshpod.Machine;

#pragma warning disable RS0030 // Only this class starts processes.

/// <summary>
/// A program that sshpod has started; nothing else in sshpod starts one.
/// <para>
/// It is found by <see cref="ProgramPath"/> and started by its absolute path. It and its children get a PATH that does not depend on the
/// current directory. Its stdin is a pipe or empty, never ours, which may be the ssh stream.
/// </para>
/// <para>
/// A program that exits by itself may leave others running: an agent, or the browser in which the user logs in. If we kill it, we also kill
/// all that it has started, see <see cref="ProcessTree"/> and <see cref="JobObject"/>.
/// </para>
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly ConcurrentDictionary<ChildProcess, bool> Running = new();

    private readonly Process _process;
    private readonly ProcessTree? _tree;
    private readonly JobObject? _job;
    private readonly CancellationTokenSource _overdue = new();
    private readonly Lock _ending = new();
    private bool _isDisposed;

    private ChildProcess(Process process, string mark, TimeSpan limit)
    {
        _process = process;
        _tree = OperatingSystem.IsLinux() ? ProcessTree.Of(process.Id, mark) : null;
        _job = OperatingSystem.IsWindows() ? JobObject.Of(process) : null;
        Running[this] = true;
        _overdue.Token.Register(End);
        _overdue.CancelAfter(limit);
    }

    /// <summary>Its stdin, if it was started with input.</summary>
    public Stream Input => _process.StandardInput.BaseStream;

    /// <summary>Its stdout.</summary>
    public Stream Output => _process.StandardOutput.BaseStream;

    /// <summary>Its stderr.</summary>
    public Stream Error => _process.StandardError.BaseStream;

    /// <summary>Whether it was killed because its time limit had passed.</summary>
    public bool IsOverdue => _overdue.IsCancellationRequested;

    /// <summary>Starts a program.</summary>
    /// <param name="name">Its name, or an absolute path.</param>
    /// <param name="arguments">Its arguments, unquoted.</param>
    /// <param name="limit">How long it may run; <see cref="Timeout.InfiniteTimeSpan"/> for a program that carries a connection.</param>
    /// <param name="withInput">Whether <see cref="Input"/> is used; otherwise stdin is empty.</param>
    /// <param name="environment">Variables that it gets in addition to ours.</param>
    /// <exception cref="CannotRunException">The program does not exist, or the system cannot run it.</exception>
    public static ChildProcess Start(string name, IEnumerable<string> arguments, TimeSpan limit, bool withInput = false,
        IEnumerable<KeyValuePair<string, string>>? environment = null)
    {
        var start = Prepare(name, arguments);
        foreach (var (variable, value) in environment ?? [])
            start.Environment[variable] = value;
        // Appended to the mark of a program that runs us: killing that one kills ours too.
        var mark = RandomNumberGenerator.GetHexString(16);
        start.Environment[ProcessTree.Mark] = start.Environment.TryGetValue(ProcessTree.Mark, out var outer) ? $"{outer}:{mark}" : mark;
        var process = Start(start);
        if (!withInput)
            process.StandardInput.Close();
        return new ChildProcess(process, mark, limit);
    }

    /// <param name="name">Its name, or an absolute path.</param>
    /// <param name="arguments">Its arguments, unquoted.</param>
    /// <param name="cancellation">Stops waiting for it. It gets the signals of the terminal itself.</param>
    /// <returns>Its exit code.</returns>
    /// <exception cref="CannotRunException">The program does not exist, or the system cannot run it.</exception>
    public static async Task<int> RunInTerminalAsync(string name, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        var start = Prepare(name, arguments);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = start.CreateNoWindow = false;
        using var process = Start(start);
        await process.WaitForExitAsync(cancellation);
        return process.ExitCode;
    }

    /// <summary>Starts a program that outlives us; nobody waits for it or reads its output.</summary>
    /// <param name="name">Its name, or an absolute path.</param>
    /// <param name="arguments">Its arguments, unquoted.</param>
    /// <exception cref="CannotRunException">The program does not exist, or the system cannot run it.</exception>
    public static void StartDetached(string name, IEnumerable<string> arguments)
    {
        var start = Prepare(name, arguments);
        start.Environment.Remove(ProcessTree.Mark);
        // Its pipes close when we exit: a child that inherited the shell's would keep the shell waiting for EOF.
        Start(start).Dispose();
    }

    /// <summary>Kills all that are still running when sshpod exits.</summary>
    public static void EndAll()
    {
        foreach (var (child, _) in Running)
            child.End();
    }

    /// <summary>A token that cancels waits for this program: when the caller cancels, or when its time limit has passed.</summary>
    public CancellationTokenSource LinkTo(CancellationToken cancellation) =>
        CancellationTokenSource.CreateLinkedTokenSource(cancellation, _overdue.Token);

    /// <summary>Waits for it to exit.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> WaitAsync(CancellationToken cancellation)
    {
        await _process.WaitForExitAsync(cancellation);
        return _process.ExitCode;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        End();
        lock (_ending)
        {
            if (_isDisposed)
                return ValueTask.CompletedTask;
            _isDisposed = true;
            _job?.Dispose();
            _process.Dispose();
            _overdue.Dispose();
        }
        return ValueTask.CompletedTask;
    }

    /// <summary>Kills it and all that it has started, unless it has already exited.</summary>
    private void End()
    {
        Running.TryRemove(this, out _);
        lock (_ending)
        {
            if (_isDisposed)
                return;
            try
            {
                if (_process.HasExited)
                {
                    _job?.Release();
                    return;
                }
                _tree?.End();
                _job?.End();
                // Without either, .NET walks from parent to child.
                _process.Kill(entireProcessTree: _tree is null && _job is null);
            }
            catch (Exception e) when (e is InvalidOperationException or Win32Exception or AggregateException)
            {
                // It has already exited.
            }
        }
    }

    private static ProcessStartInfo Prepare(string name, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(ProgramPath.Find(name) ?? throw new CannotRunException("it is not on your PATH"), arguments)
        {
            // All three: a program that shares the terminal with us makes .NET change the terminal's settings.
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            CreateNoWindow = true,
        };
        start.Environment["PATH"] = ProgramPath.Safe;
        // Otherwise kubectl looks for plugins, and cmd for the programs of a batch file, in the current directory before PATH (SearchPath,
        // NeedCurrentDirectoryForExePath).
        if (OperatingSystem.IsWindows())
            start.Environment["NoDefaultCurrentDirectoryInExePath"] = "1";
        return start;
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            // .NET's own message names the working directory before it comes to the point.
            throw new CannotRunException($"{start.FileName}: {new Win32Exception(e.NativeErrorCode).Message}");
        }
    }
}

/// <summary>A program cannot be started. The caller adds what it is for and what to do about it.</summary>
internal sealed class CannotRunException(string reason) : Exception(reason);
