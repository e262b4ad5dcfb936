using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Sshpod.Bench;

/// <summary>What one run of a command cost.</summary>
/// <param name="Seconds">Wall-clock time.</param>
/// <param name="Cpu">CPU seconds of the command and its children.</param>
internal sealed record Cost(double Seconds, double Cpu);

/// <summary>Clients of one API server.</summary>
/// <param name="Api">sshpod itself.</param>
/// <param name="Exec">The same through exec.</param>
/// <param name="Kubectl">sshpod through kubectl.</param>
/// <param name="WebSocket">sshpod itself, as if the API server had refused SPDY.</param>
/// <param name="WebSocketExec">The same through exec.</param>
internal sealed record Clients(Client Api, Client Exec, Client Kubectl, Client WebSocket, Client WebSocketExec);

/// <summary>A client machine: its own home directory, a kubeconfig, and a forced transport and tunnel.</summary>
internal sealed class Client
{
    private readonly Dictionary<string, string> _environment;

    public Client(string home, string kubeconfig, string transport, string tunnel)
    {
        Directory.CreateDirectory(home);
        _environment = new()
        {
            ["HOME"] = home,
            ["XDG_CACHE_HOME"] = Path.Combine(home, "cache"),
            ["XDG_CONFIG_HOME"] = Path.Combine(home, "config"),
            ["KUBECONFIG"] = kubeconfig,
            ["SSHPOD_TRANSPORT"] = transport,
            ["SSHPOD_TUNNEL"] = tunnel,
        };
        SshConfig = Path.Combine(home, "ssh_config");
    }

    /// <summary>The configuration that makes ssh use sshpod.</summary>
    public string SshConfig { get; }

    /// <summary>Lets sshpod begin with SPDY for a day, as if the API server had refused WebSockets.</summary>
    /// <param name="server">The API server.</param>
    public void PreferSpdy(Uri server) =>
        Prefer(server, ("exec", "SPDY v4.channel.k8s.io"), ("port-forward", "SPDY portforward.k8s.io"));

    /// <summary>
    /// Lets it begin with a WebSocket, as it does when the API server is far away, or has refused SPDY. A relay accepts connections at
    /// once, so sshpod would take it for near.
    /// </summary>
    /// <param name="server">The API server.</param>
    public void PreferWebSocket(Uri server) =>
        Prefer(server, ("exec", "WebSocket v4.channel.k8s.io"), ("port-forward", "WebSocket v4.channel.k8s.io"));

    // As sshpod remembers it, in small files.
    private void Prefer(Uri server, params IEnumerable<(string Stream, string Way)> ways)
    {
        foreach (var (stream, way) in ways)
        {
            var about = SHA256.HashData(Encoding.UTF8.GetBytes($"{stream}\0\0{server}"));
            var folder = Directory.CreateDirectory(Path.Combine(_environment["XDG_CACHE_HOME"], "sshpod", "streams")).FullName;
            File.WriteAllText(Path.Combine(folder, Convert.ToHexStringLower(about)[..32]), way);
        }
    }

    /// <summary>Runs a shell command line to completion, and throws if it fails.</summary>
    /// <returns>Its cost, including the shell's share, which is the same for every command.</returns>
    public async Task<Cost> RunAsync(string command)
    {
        // bash's account of what it has waited for: "0m0.012s 0m0.004s"; the second line is that of its children.
        using var process = Start($"{{ {command}; }} </dev/null >/dev/null 2>\"$HOME/stderr\" || exit; times");
        var watch = Stopwatch.StartNew();
        var times = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException(
                $"{command}: exit {process.ExitCode}: {await File.ReadAllTextAsync(Path.Combine(_environment["HOME"], "stderr"))}");
        var seconds = watch.Elapsed.TotalSeconds;
        return new Cost(seconds, times.Trim().Split('\n')[^1].Split(' ').Sum(Seconds) + await Orphans.EndAsync());
    }

    /// <summary>Peak memory of a command's processes together, measured after the given time.</summary>
    /// <returns>Resident MiB; shared libraries count once per process.</returns>
    public async Task<double> MemoryAsync(string command, TimeSpan after)
    {
        using var process = Start($"{command} </dev/null >/dev/null 2>&1");
        await Task.Delay(after);
        var family = new HashSet<int> { process.Id };
        foreach (var directory in Directory.GetDirectories("/proc").Where(name => char.IsAsciiDigit(name[6]))
            .OrderBy(name => name.Length).ThenBy(name => name))
            if (Field(directory, "PPid:") is { } parent && family.Contains((int)parent))
                family.Add(int.Parse(directory.AsSpan(6), CultureInfo.InvariantCulture));
        // Leave out the shell, which is ours.
        var memory = family.Where(id => id != process.Id).Sum(id => Field($"/proc/{id}", "VmHWM:") ?? 0) / 1024;
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        return memory;
    }

    /// <summary>Starts a shell command line whose stdin and stdout are the caller's.</summary>
    public Process Open(string command) => Start($"{command} 2>\"$HOME/stderr\"", redirectsInput: true);

    private Process Start(string script, bool redirectsInput = false)
    {
        var start = new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardOutput = true, RedirectStandardInput = redirectsInput };
        foreach (var (name, value) in _environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private static double Seconds(string time) => time.Split('m') is [var minutes, var seconds]
        ? (60 * double.Parse(minutes, CultureInfo.InvariantCulture)) + double.Parse(seconds.TrimEnd('s'), CultureInfo.InvariantCulture) : 0;

    private static double? Field(string process, string name)
    {
        try
        {
            return File.ReadLines($"{process}/status").FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) is { } line
                ? double.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) : null;
        }
        catch (Exception e) when (e is IOException)
        {
            return null;
        }
    }
}
