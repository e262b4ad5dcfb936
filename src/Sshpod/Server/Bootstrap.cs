using System.Globalization;
using Sshpod.Clusters;
using Sshpod.Clusters.Objects;
using Sshpod.Settings;
using Sshpod.Streams;
using Sshpod.Terminal;

namespace Sshpod.Server;

/// <summary>
/// Brings the server up in a container, within one exec: <c>probe.sh</c> starts an installed server and reports it, or says that the bundle
/// is missing; then <c>install.sh</c> and the bundle follow on the same stream.
/// </summary>
/// <param name="cluster">How the container is reached.</param>
/// <param name="container">The container.</param>
/// <param name="shell">Its shell.</param>
/// <param name="access">Who may log in, and how; null where nobody does.</param>
/// <param name="settings">The user's settings.</param>
/// <param name="helper">Finds a shell where there is none; null if the container must have one.</param>
public sealed class Bootstrap(IClusterStreams cluster, PodContainer container, ContainerShell shell, Access? access, UserSettings settings,
    Helper? helper = null)
{
    // One for a bundle that is installed or can be verified there, another if it is read back, one for a session after an upload, and one
    // more if a stream breaks.
    private const int MaxAttempts = 4;

    // They replace the idle seconds, which neither has: a session is over this stream, and a helper only gets the files.
    private const string Session = "session", Stage = "stage";

    // Places that only the server's own program finds unfit, since the container has no ls.
    private const int MaxUnfit = 10;

    private static readonly string Probe = $"{Script.Read("probe.sh")}\n{Script.Loader}";

    /// <summary>Starts the server, or finds it running.</summary>
    /// <param name="fresh">Whether to replace a running server because it does not answer. Open sessions go on.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <exception cref="SshpodException">The server cannot run there; the message says why.</exception>
    public async Task<RemoteServer> StartAsync(bool fresh, CancellationToken cancellation)
    {
        var seconds = ((int)settings.Idle.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        var (outcome, exec) = await ConverseAsync(Arguments(seconds, fresh), outcome => outcome.Server is not null, cancellation);
        await exec.DisposeAsync();
        await SettleAsync(outcome.Server!.Program, cancellation);
        return outcome.Server;
    }

    /// <summary>Starts a server for one connection, on the exec's own stream. Nothing listens.</summary>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <exception cref="SshpodException">The server cannot run there; the message says why.</exception>
    public async Task<RemoteSession> StartSessionAsync(CancellationToken cancellation)
    {
        var (outcome, exec) = await ConverseAsync(Arguments(Session, fresh: false), outcome => outcome.Session is not null, cancellation);
        try
        {
            await SettleAsync(outcome.Session!.Program, cancellation);
            return outcome.Session;
        }
        catch
        {
            await exec.DisposeAsync();
            throw;
        }
    }

    /// <summary>Puts the bundle into a helper, with its shell and tools.</summary>
    /// <param name="identity">Whom it is for, as far as that is known.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <exception cref="SshpodException">The helper cannot be used; the message says why.</exception>
    internal async Task<StagedHelper> StageAsync(HelperIdentity identity, CancellationToken cancellation)
    {
        var (outcome, exec) = await ConverseAsync(Arguments(identity), outcome => outcome.Staged is not null, cancellation);
        await exec.DisposeAsync();
        return outcome.Staged! with { Name = container.Container };
    }

    // What was lent is needed no longer, or for good.
    private async Task SettleAsync(string program, CancellationToken cancellation)
    {
        if (helper is not null && await helper.SettleAsync(program, cancellation) is { } path)
            shell.Use(path);
    }

    private async Task<(BootstrapOutcome Outcome, Duplex Exec)> ConverseAsync(
        string[] arguments, Func<BootstrapOutcome, bool> isDone, CancellationToken cancellation)
    {
        using var progress = Progress.Begin($"starting the server in {container}");
        string? verifiedFile = null;
        var unfit = new List<UnfitPlace>();
        for (var attempt = 1; ; attempt++)
        {
            Duplex? exec = null;
            BootstrapOutcome? outcome = null;
            try
            {
                exec = await cluster.ExecAsync(container, shell.Command(Probe, arguments, unfit.Select(place => place.Path)), cancellation);
                outcome = await new BootstrapConversation(container, exec, verifiedFile, cancellation, shell.Directory,
                    isStage: arguments[0] == Stage).RunAsync();
                if (isDone(outcome))
                    return (outcome, exec);
                // The container cannot hash; we have read back the right bytes, so the file may be used.
                verifiedFile = outcome.VerifiedFile;
                if (outcome.Unfit is { } place)
                {
                    Log.Debug($"bootstrap: not in {place.Path}: {place.Why}");
                    if (unfit.Count == MaxUnfit)
                        throw BootstrapConversation.NoPlace(container, $"open {unfit[0].Path}");
                    unfit.Add(place);
                    attempt--;
                }
            }
            // Report the first unfit place: it was suitable but for this.
            catch (SshpodException e) when (unfit.Count > 0 && e.Message.StartsWith("no place", StringComparison.Ordinal))
            {
                throw BootstrapConversation.NoPlace(container, $"open {unfit[0].Path}");
            }
            catch (SshpodException e) when (e is ShellNotFoundException or ShellDeniedException && shell.HasAnother())
            {
                Log.Debug($"bootstrap: {e.Message}: again with another");
                attempt--;
            }
            catch (SshpodException e) when (e is ShellNotFoundException or ShellDeniedException && helper is not null)
            {
                Log.Debug($"bootstrap: {e.Message}: looking for one of ours");
                shell.Use(await helper.FindAsync(e, cancellation));
                attempt--;
            }
            catch (SshpodException e) when (
                helper is not null && attempt < MaxAttempts && e is not ContainerNotFoundException && HelperShell.IsStaged(shell.Directory))
            {
                Log.Debug($"bootstrap: {e.Message}: unless the helper has ended");
                shell.Use(await helper.ReplaceAsync(e, cancellation));
            }
            catch (BrokenStreamException e) when (attempt < MaxAttempts)
            {
                // Every step can be repeated.
                Log.Debug($"bootstrap: {e.Message}: again");
            }
            catch (ContainerNotFoundException e) when (attempt < MaxAttempts)
            {
                Log.Debug($"bootstrap: {e.Message}: again");
                await Task.Delay(ServerLimits.NodePause, cancellation);
            }
            finally
            {
                if (exec is not null && (outcome is null || !isDone(outcome)))
                    await exec.DisposeAsync();
            }
            if (attempt == MaxAttempts)
                throw new SshpodException($"the server in {container} disappeared after it was installed", "connect again");
        }
    }

    // They follow the arguments that all scripts share, see probe.sh.
    private string[] Arguments(string seconds, bool fresh) => [seconds, access!.Key.ToString(), fresh ? "fresh" : "", access.Seconds,
        access.Options, .. shell.Directory.Length > 0 ? (string[])[shell.Directory] : []];

    // Nobody logs in there. The holder's user and group, where they are known.
    private static string[] Arguments(HelperIdentity identity) => [Stage, identity.Argument, "", "0", "-"];
}
