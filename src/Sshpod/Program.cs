using System.CommandLine;
using System.Runtime.InteropServices;
using Sshpod.Commands;
using Sshpod.Machine;
using Sshpod.Terminal;

namespace Sshpod;

/// <summary>The command line.</summary>
public static class Program
{
    // What ssh exits with for any failure of its own.
    private const int Failure = 255;

    // For the way out after a signal, on which tunnels are closed in order.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>Runs one command. Whatever way it ends, nothing that it has started goes on.</summary>
    public static async Task<int> Main(string[] arguments)
    {
        try
        {
            return await RunAsync(arguments);
        }
        finally
        {
            ChildProcess.EndAll();
        }
    }

    private static async Task<int> RunAsync(string[] arguments)
    {
        // Not disposed: a signal that comes at the very end still finds it.
        var ending = new CancellationTokenSource();
        // ssh ends its ProxyCommand with SIGHUP: children are ended on the way out.
        using var hangup = EndOn(PosixSignal.SIGHUP, ending);
        using var terminate = EndOn(PosixSignal.SIGTERM, ending);
        using var interrupt = EndOn(PosixSignal.SIGINT, ending);

        // Before the command line is parsed: these are the words of another one, unfinished, and no error may be told.
        if (arguments is [CompleteCommand.Name, .. var words])
            return await CompleteCommand.RunAsync(words, ending.Token);

        var parsed = CommandLine.Create().Parse(arguments.Length == 0 ? ["help"] : arguments);
        try
        {
            if (UsageError.Find(parsed) is { } wrong)
            {
                Log.Error(wrong);
                return UsageError.ExitCode;
            }
            return await parsed.InvokeAsync(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, ending.Token);
        }
        catch (SshpodException e)
        {
            Log.Error(e);
            return Failure;
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            return Failure;
        }
        catch (Exception e)
        {
            Log.Debug($"{e}");
            Log.Error(
                new SshpodException($"internal error: {e.GetType().Name}: {e.Message}",
                    "this is a bug: please report it with what SSHPOD_LOG=debug prints"));
            return Failure;
        }
    }

    private static PosixSignalRegistration EndOn(PosixSignal signal, CancellationTokenSource ending) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            // Nobody may be left to end us a second time.
            _ = Task.Delay(Grace).ContinueWith(_ => Abandon(), TaskScheduler.Default);
            ending.Cancel();
        });

    private static void Abandon()
    {
        ChildProcess.EndAll();
        Environment.Exit(Failure);
    }
}
