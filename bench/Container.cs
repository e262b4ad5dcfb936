using System.Globalization;

namespace Sshpod.Bench;

/// <summary>What a task costs the container. Its first process is idle, so everything counted belongs to the tasks.</summary>
/// <param name="runAsync">Runs a shell command line in the container, as root, and returns its output.</param>
internal sealed class Container(Func<string, Task<string>> runAsync)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>CPU seconds used by the container's processes since it started, from its cgroup (v2 or v1).</summary>
    public async Task<double> CpuAsync()
    {
        var text = (await runAsync("cat /sys/fs/cgroup/cpu.stat /sys/fs/cgroup/cpuacct/cpuacct.usage 2>/dev/null || true")).Split('\n');
        return text.FirstOrDefault(line => line.StartsWith("usage_usec ", StringComparison.Ordinal)) is { } usage
            ? double.Parse(usage.Split(' ')[1], CultureInfo.InvariantCulture) / 1e6
            : double.Parse(text.First(line => line.Length > 0), CultureInfo.InvariantCulture) / 1e9;
    }

    /// <summary>Peak private memory of the container's processes, except its first, while a task runs.</summary>
    /// <param name="task">The task.</param>
    /// <returns>MiB.</returns>
    public async Task<double> MemoryAsync(Task task)
    {
        var most = 0.0;
        do
        {
            // Skip this shell. What adds up starts after the list is made, when some of it may have ended.
            var text = await runAsync("""
                files=; for p in /proc/[0-9]*; do case ${p#/proc/} in 1 | $$) ;; *) files="$files $p/smaps_rollup" ;; esac; done
                [ -z "$files" ] || cat $files 2>/dev/null | awk "/^Private/ { sum += \$2 } END { print sum }"
                true
                """);
            if (double.TryParse(text, CultureInfo.InvariantCulture, out var now))
                most = Math.Max(most, now / 1024);
            await Task.WhenAny(task, Task.Delay(Pause));
        }
        while (!task.IsCompleted);
        await task;
        return most;
    }
}
