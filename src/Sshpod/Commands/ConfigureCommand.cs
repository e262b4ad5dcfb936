using System.CommandLine;
using Sshpod.Clusters;
using Sshpod.Clusters.Objects;
using Sshpod.Clusters.Transports;
using Sshpod.HostNames;
using Sshpod.Machine;
using Sshpod.Ssh;
using Sshpod.Targets;
using Sshpod.Terminal;

namespace Sshpod.Commands;

/// <summary><c>sshpod configure</c>: makes the user's ssh use sshpod for <c>*.sshpod</c>.</summary>
public static class ConfigureCommand
{
    private const string NoAgents = "none";

    /// <summary>Describes the command.</summary>
    public static Command Create()
    {
        var path = new Option<FileInfo>("--ssh-config")
        {
            Description = "ssh configuration file that gets the Include (default: ~/.ssh/config)",
            HelpName = "PATH"
        };
        var forwardAgent = new Option<string[]>("--forward-agent")
        {
            Description = $"forward your ssh-agent to this host or alias, as ssh -A does; repeatable; {NoAgents} removes all hosts",
            HelpName = "HOST",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var noSharing = new Option<bool?>("--no-sharing") { Description = "each session makes its own connection" };
        var hosts = new Option<bool?>("--hosts")
        {
            Description =
            "also write an entry for each running pod in the current namespace, for programs that list only complete host names"
        };
        var print = new Option<bool>("--print") { Description = "print sshpod's own file, and write nothing" };
        var dryRun = new Option<bool>("--dry-run") { Description = "print what would change as a unified diff, and write nothing" };
        var remove = new Option<bool>("--remove") { Description = "take sshpod out of ssh's configuration" };
        var yes = new Option<bool>("--yes", "-y") { Description = "do not ask before changing your own file" };
        var command = new Command("configure", "Make ssh use sshpod for host names that end in .sshpod.") { path, forwardAgent,
            noSharing, hosts, print, dryRun, remove, yes };
        command.Validators.Add(result =>
        {
            if (result.GetValue(print) && (result.GetValue(remove) || result.GetValue(dryRun)))
                result.AddError("--print cannot be combined with --remove or --dry-run.");
            if (result.GetResult(forwardAgent) is { Implicit: false } agents && agents.Tokens.Count < agents.IdentifierTokenCount)
                result.AddError(
                    "--forward-agent needs a host, such as --forward-agent pod--NAME.sshpod: it is no longer for all containers.");
            if (result.GetValue(remove) && (result.GetResult(forwardAgent) is { Implicit: false } ? true : result.GetValue(noSharing)
                ?? result.GetValue(hosts)) is not null)
                result.AddError("--remove cannot be combined with options that say what to write.");
        });
        command.SetAction(async (arguments, cancellation) =>
        {
            var configuration = new SshConfiguration(arguments.GetValue(path)?.FullName ?? ClientDirectory.SshConfig);
            var ask = !arguments.GetValue(yes) && !Console.IsInputRedirected && !Console.IsErrorRedirected;
            if (arguments.GetValue(remove))
                return Carry(configuration, configuration.PlanRemoval(), arguments.GetValue(dryRun), ask, halfIsBetter: false);

            var snapshot = Snapshot.Take();
            var chosen = SshConfiguration.Chosen();
            var options = new ConfigurationOptions(
                Sharing: arguments.GetValue(noSharing) is { } separate ? !separate : chosen.Sharing,
                ForwardAgent: arguments.GetValue(forwardAgent) is { Length: > 0 } named ? AgentHosts(named, snapshot) : chosen.ForwardAgent,
                Hosts: arguments.GetValue(hosts) switch
                {
                    true => await RunningPodsAsync(snapshot, cancellation),
                    false => null,
                    null => chosen.Hosts
                });
            var block = new ConfigurationBlock(ProgramPath.Own, ClientKinds.Current, options, snapshot.Settings.ClientIdentity);
            if (arguments.GetValue(print))
            {
                Print(FileText.Of($"{block}"));
                return 0;
            }
            if (chosen.ForwardedToAll && options.AgentHosts.Count == 0)
                Log.Notice("your agent is no longer forwarded to every container; name those that need it, with --forward-agent HOST");
            var plan = configuration.Plan(block);
            if (!arguments.GetValue(dryRun))
                await snapshot.Settings.ClientIdentity.EnsureAsync(snapshot.Settings.Access.Limit, cancellation);
            if (block.WhyNotShared is { } reason)
                Log.Notice($"connections are not shared: {reason}");
            foreach (var notice in configuration.Overridden(block))
                Log.Notice(notice);
            return Carry(configuration, plan, arguments.GetValue(dryRun), ask, halfIsBetter: true);
        });
        return command;
    }

    /// <summary>
    /// Host names as ssh is given them; an alias may be named without its suffix. They go into a line of ours, so anything else is refused.
    /// </summary>
    private static string[]? AgentHosts(string[] named, Snapshot snapshot)
    {
        // "false" undid the earlier form of this option.
        if (named is [NoAgents or "false"])
            return null;
        string[] hosts = [.. named.Select(name => name.Contains('.') ? name : $"{name}.{HostName.Suffix}").Distinct()];
        foreach (var host in hosts)
            if (new AddressBook(snapshot.Settings.Aliases, snapshot.Kubeconfig).Find(host) is not null
                && host.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.')))
                throw new SshpodException($"\"{host}\" cannot appear in ssh's configuration", "use an alias of letters, digits and dashes");
        return hosts;
    }

    /// <summary>Carries out the plan, or shows it.</summary>
    /// <param name="configuration">The ssh configuration to change.</param>
    /// <param name="plan">The changes.</param>
    /// <param name="dryRun">Whether only to show them.</param>
    /// <param name="ask">Whether to show them and ask, if the user's own file changes.</param>
    /// <param name="halfIsBetter">Whether to write our own files even if the user's cannot be written.</param>
    private static int Carry(SshConfiguration configuration, IReadOnlyList<FileChange> plan, bool dryRun, bool ask, bool halfIsBetter)
    {
        var refused = configuration.WhyNot(plan);
        if (dryRun)
            Print(FileText.Concat(plan.Select(change => change.Diff)));
        else
        {
            if (refused is null && ask && plan.FirstOrDefault(configuration.IsTheirs) is { } theirs && !Confirm(theirs))
                throw new SshpodException("nothing was changed", $"to do it by hand, see sshpod configure --dry-run");
            if (refused is null || halfIsBetter)
                foreach (var done in configuration.Apply(plan, withTheirs: refused is null))
                    Log.Notice(done);
        }
        if (refused is not null)
            throw refused;
        if (plan.Count == 0)
            Log.Notice($"{configuration.UserFile} is up to date");
        return 0;
    }

    private static bool Confirm(FileChange change)
    {
        Console.Error.Write($"{change.Diff}sshpod: change {change.File}? [Y/n] ");
        return Console.ReadLine()?.Trim().ToLowerInvariant() is "" or "y" or "yes";
    }

    /// <summary>Prints the bytes as they are in the files.</summary>
    private static void Print(FileText text)
    {
        using var output = Console.OpenStandardOutput();
        output.Write(text.Bytes.Span);
    }

    private static async Task<IReadOnlyList<string>> RunningPodsAsync(Snapshot snapshot, CancellationToken cancellation)
    {
        // The entries outlive the current context, so they name it if a host name can hold its name.
        var current = snapshot.Kubeconfig.CurrentContext;
        var context = current is not null && HostName.IsContext(current) ? current : null;
        var hosts = await Transport.Choose(snapshot, null).Objects.ListPodsAsync(new PodScope(Namespace: null), HostOf, cancellation);
        return [.. hosts.Order(StringComparer.Ordinal)];

        IEnumerable<string> HostOf(Pod pod)
        {
            if (pod.Status.Phase == "Running" && pod.Metadata.DeletionTimestamp is null
                && HostName.Write(
                    new PodAddress(TargetKind.Pod, pod.Metadata.Name, Namespace: pod.Metadata.Namespace, Context: context)) is { } host)
                yield return host;
        }
    }
}
