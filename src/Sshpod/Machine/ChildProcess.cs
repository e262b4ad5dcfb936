using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;

namespace Sshpod.Machine;

#pragma warning disable RS0030 // This is the one place.

/// <summary>
/// A program that sshpod has started; no other place in sshpod starts one.
/// <para>
/// It is found by <see cref="ProgramPath"/> and started by its absolute path, and it and what it starts get a PATH that means the same in
/// every current directory. Its stdin is a pipe or empty, and never ours, which may be the ssh stream.
/// </para>
/// <para>
/// A program that ends by itself may leave others behind: an agent, or the browser in which the user logs in. One that we end takes with it
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

    /// <summary>Its stdin, of a program started with input.</summary>
    public Stream Input => _process.StandardInput.BaseStream;

    /// <summary>Its stdout.</summary>
    public Stream Output => _process.StandardOutput.BaseStream;

    /// <summary>Its stderr.</summary>
    public Stream Error => _process.StandardError.BaseStream;

    /// <summary>Whether it was ended because its time was over.</summary>
    public bool IsOverdue => _overdue.IsCancellationRequested;

    /// <summary>Starts a program.</summary>
    /// <param name="name">Its name, or an absolute path.</param>
    /// <param name="arguments">Its arguments, one each.</param>
    /// <param name="limit">How long it may run; <see cref="Timeout.InfiniteTimeSpan"/> for a program that carries a connection.</param>
    /// <param name="withInput">Whether <see cref="Input"/> is used; otherwise stdin is empty.</param>
    /// <param name="environment">Variables that it gets beside ours.</param>
    /// <exception cref="CannotRunException">There is no such program, or the system does not run it.</exception>
    public static ChildProcess Start(string name, IEnumerable<string> arguments, TimeSpan limit, bool withInput = false,
        IEnumerable<KeyValuePair<string, string>>? environment = null)
    {
        var start = Prepare(name, arguments);
        foreach (var (variable, value) in environment ?? [])
            start.Environment[variable] = value;
        // Behind that of a program that runs us: ending it ends ours too.
        var mark = RandomNumberGenerator.GetHexString(16);
        start.Environment[ProcessTree.Mark] = start.Environment.TryGetValue(ProcessTree.Mark, out var outer) ? $"{outer}:{mark}" : mark;
        var process = Start(start);
        if (!withInput)
            process.StandardInput.Close();
        return new ChildProcess(process, mark, limit);
    }

    /// <summary>Starts a program that outlives us, and that nobody waits for or hears.</summary>
    /// <param name="name">Its name, or an absolute path.</param>
    /// <param name="arguments">Its arguments, one each.</param>
    /// <exception cref="CannotRunException">There is no such program, or the system does not run it.</exception>
    public static void StartDetached(string name, IEnumerable<string> arguments)
    {
        var start = Prepare(name, arguments);
        start.Environment.Remove(ProcessTree.Mark);
        // Its pipes end with us: a child that kept the shell's would keep the shell waiting for their end.
        Start(start).Dispose();
    }

    /// <summary>Ends all that still run, at the end of sshpod.</summary>
    public static void EndAll()
    {
        foreach (var (child, _) in Running)
            child.End();
    }

    /// <summary>A token that ends waits for this program: when the caller wants it, or when its time is over.</summary>
    public CancellationTokenSource LinkTo(CancellationToken cancellation) =>
        CancellationTokenSource.CreateLinkedTokenSource(cancellation, _overdue.Token);

    /// <summary>Waits for its end.</summary>
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

    /// <summary>Ends it and all that it has started, unless it has ended by itself.</summary>
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
                // Where there is neither, .NET walks from parent to child.
                _process.Kill(entireProcessTree: _tree is null && _job is null);
            }
            catch (Exception e) when (e is InvalidOperationException or Win32Exception or AggregateException)
            {
                // It has ended by itself.
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
        // kubectl finds plugins, and cmd the programs of a batch file, in the current
        // directory before PATH otherwise (SearchPath, NeedCurrentDirectoryForExePath).
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
