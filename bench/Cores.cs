using System.Diagnostics;
using System.Globalization;

namespace Sshpod.Bench;

/// <summary>
/// Until disposed, the client has one core of this machine and everything of the node another (taskset(1)), which is nearer to a laptop
/// and a cluster. What either starts stays on its core.
/// </summary>
internal sealed class Cores : IAsyncDisposable
{
    private static readonly HashSet<string> Node = ["etcd", "kube-apiserver", "kubelet", "containerd", "containerd-shim"];

    private Cores()
    {
    }

    /// <summary>Splits the cores.</summary>
    /// <returns>Null where the node's processes are not on this machine, or share its only core.</returns>
    public static async Task<Cores?> SplitAsync()
    {
        if (Environment.ProcessorCount < 2 || !Processes().Any(process => process.Name == "kubelet"))
            return null;
        await PinAsync("1", "0");
        return new Cores();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        var all = $"0-{Environment.ProcessorCount - 1}";
        await PinAsync(all, all);
    }

    private static async Task PinAsync(string client, string node)
    {
        var (all, family) = (Processes().ToList(), new HashSet<int>());
        foreach (var process in all.Where(process => Node.Contains(process.Name)))
            family.Add(process.Id);
        // Containers, and programs in them.
        while (all.Where(process => family.Contains(process.Parent)).Any(process => family.Add(process.Id)))
        {
        }
        foreach (var (cores, process) in family.Select(id => (node, id)).Prepend((client, Environment.ProcessId)))
        {
            using var taskset = Orphans.Spare(Process.Start(
                new ProcessStartInfo("taskset", ["-a", "-c", "-p", cores, process.ToString(CultureInfo.InvariantCulture)])
                { RedirectStandardOutput = true, RedirectStandardError = true })!);
            await taskset.WaitForExitAsync();
        }
    }

    // proc_pid_stat(5): the name is in parentheses, and has 15 letters at most.
    private static IEnumerable<(int Id, int Parent, string Name)> Processes()
    {
        foreach (var directory in Directory.GetDirectories("/proc").Where(name => char.IsAsciiDigit(name[6])))
        {
            string stat;
            try
            {
                stat = File.ReadAllText($"{directory}/stat");
            }
            catch (IOException)
            {
                continue;
            }
            var (from, to) = (stat.IndexOf('('), stat.LastIndexOf(')'));
            yield return (int.Parse(stat[..from], CultureInfo.InvariantCulture),
                int.Parse(stat[(to + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture),
                stat[(from + 1)..to]);
        }
    }
}
