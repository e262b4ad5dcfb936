using System.Globalization;

namespace Sshpod.EndToEnd.Fixtures;

/// <summary>The sshpod process that carries a connection.</summary>
/// <param name="id">Its process ID.</param>
public sealed class ProxyProcess(int id)
{
    /// <summary>The most memory it may use: garbage may grow to the size of the processor's cache, and no further.</summary>
    public const double MostMebibytes = 64;

    /// <summary>Its process ID, for kill.</summary>
    public string Id => id.ToString(CultureInfo.InvariantCulture);

    /// <summary>Waits until one runs for a host name.</summary>
    public static async Task<ProxyProcess> FindAsync(string host)
    {
        ProxyProcess? found = null;
        await Eventually.HoldsAsync($"sshpod runs for {host}", () => (found = Find(host)) is not null);
        return found!;
    }

    /// <summary>Its peak memory so far; null if it has exited.</summary>
    public double? PeakMebibytes => Read("status")?.Split('\n')
        .FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)) is { } peak
        ? double.Parse(peak.Split(':')[1].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) / 1024 : null;

    /// <summary>How many bytes it has read from and written to files and pipes; null if it has exited.</summary>
    public (long Read, long Written)? Traffic => Read("io")?.Split('\n') is [var read, var written, ..]
        ? (Number(read), Number(written)) : null;

    /// <summary>The one that runs for a host name now; null if there is none.</summary>
    public static ProxyProcess? Find(string host)
    {
        foreach (var directory in Directory.GetDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var id) && new ProxyProcess(id) is var process
                && process.Read("cmdline")?.Split('\0') is [var program, "proxy", ..] words
                && Path.GetFileName(program) == "sshpod" && words.Contains(host))
                return process;
        }
        return null;
    }

    private static long Number(string line) => long.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);

    private string? Read(string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/{file}");
        }
        catch (IOException)
        {
            return null;
        }
    }
}
