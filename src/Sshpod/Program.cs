using System.CommandLine;
using System.Runtime.InteropServices;
using Sshpod.Clusters.Api.Http;
using Sshpod.Commands;
using Sshpod.Machine;
using Sshpod.Terminal;

// Load only the system's libraries. .NET looks for "libc" beside the program first: a libc.so in a downloads folder would run in sshpod.
[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.System32)]

namespace Sshpod;

/// <summary>The command line.</summary>
public static class Program
{
    // For shutting down after a signal, when tunnels are closed in order.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>Runs one command. However it ends, nothing that it started keeps running.</summary>
    public static async Task<int> Main(string[] arguments)
    {
        try
        {
            return await RunAsync(arguments);
        }
        finally
        {
            ChildProcess.EndAll();
            ClientCertificate.Forget();
        }
    }

    private static async Task<int> RunAsync(string[] arguments)
    {
        // Not disposed: a signal may still arrive at the very end.
        var ending = new CancellationTokenSource();
        // ssh ends its ProxyCommand with SIGHUP; children must be ended on the way out.
        using var hangup = EndOn(PosixSignal.SIGHUP, ending);
        using var terminate = EndOn(PosixSignal.SIGTERM, ending);
        using var interrupt = EndOn(PosixSignal.SIGINT, ending);

        // Before our command line is parsed: the words belong to another, unfinished one, and must not cause an error.
        if (arguments is [CompleteCommand.Name, .. var words])
            return await CompleteCommand.RunAsync(words, ending.Token);

        try
        {
            // ssh waits for it at every start, and the parser would take longer than the answer.
            if (arguments is [ShareCommand.Name, ShareCommand.HostOption, [not ('-' or '@'), ..] host])
                return await ShareCommand.RunAsync(host, ending.Token);
            var parsed = CommandLine.Create().Parse(arguments.Length == 0 ? ["help"] : arguments);
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
            return SshpodException.ExitCode;
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            return SshpodException.ExitCode;
        }
        catch (Exception e)
        {
            Log.Debug($"{e}");
            Log.Error(
                new SshpodException($"internal error: {e.GetType().Name}: {e.Message}",
                    "this is a bug: please report it with the output of SSHPOD_LOG=debug"));
            return SshpodException.ExitCode;
        }
    }

    private static PosixSignalRegistration EndOn(PosixSignal signal, CancellationTokenSource ending) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            // Nobody may be left to signal us a second time.
            _ = Task.Delay(Grace).ContinueWith(_ => Abandon(), TaskScheduler.Default);
            ending.Cancel();
        });

    private static void Abandon()
    {
        ChildProcess.EndAll();
        ClientCertificate.Forget();
        Environment.Exit(SshpodException.ExitCode);
    }
}
