using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Sshpod.Tests.Installers;

/// <summary>A page of releases on this machine, with one release on it: a real HTTP server that a test can damage.</summary>
public sealed class FakeReleases : IAsyncDisposable
{
    /// <summary>Version of the release.</summary>
    public const string Version = "7.8.9";

    private readonly HttpListener _listener = new();
    private readonly Task _serving;

    /// <summary>Starts it with what belongs to a release.</summary>
    /// <param name="program">The file that goes into its archives as the program.</param>
    public FakeReleases(string program)
    {
        var bytes = File.ReadAllBytes(program);
        foreach (var platform in new[] { "linux-amd64", "linux-arm64", "darwin-amd64", "darwin-arm64" })
            Assets[$"sshpod-{Version}-{platform}.tar.gz"] = Tar($"sshpod-{Version}-{platform}/sshpod", bytes);
        Assets[$"sshpod-{Version}-windows-amd64.zip"] = Zip($"sshpod-{Version}-windows-amd64/sshpod.exe", bytes);
        Assets["SHA256SUMS"] = Encoding.ASCII.GetBytes(string.Concat(Assets.Select(asset => $"{Convert.ToHexStringLower(SHA256.HashData(asset.Value))}  {asset.Key}\n")));
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            Url = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/releases";
        }
        _listener.Prefixes.Add(Url + "/");
        _listener.Start();
        _serving = ServeAsync();
    }

    /// <summary>Its URL.</summary>
    public string Url { get; }

    /// <summary>The files of the release.</summary>
    public Dictionary<string, byte[]> Assets { get; } = [];

    /// <summary>The file that comes only half before the connection ends.</summary>
    public string? Cut { get; set; }

    /// <summary>What was asked for.</summary>
    public List<string> Requests { get; } = [];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            var context = await _listener.GetContextAsync();
            var path = context.Request.Url!.AbsolutePath;
            Requests.Add(path);
            var name = path.Split('/')[^1];
            var isThere = path == $"/releases/download/v{Version}/{name}" || path == $"/releases/latest/download/{name}";
            using var response = context.Response;
            if (!isThere || !Assets.TryGetValue(name, out var content))
            {
                response.StatusCode = 404;
                continue;
            }
            response.ContentLength64 = content.Length;
            await response.OutputStream.WriteAsync(name == Cut ? content.AsMemory(0, content.Length / 2) : content);
            if (name == Cut)
                response.Abort();
        }
    }

    private static byte[] Tar(string name, byte[] content)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest))
        using (var tar = new TarWriter(gzip, TarEntryFormat.Ustar))
        using (var data = new MemoryStream(content))
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = data, Mode = (UnixFileMode)0b111_101_101 });
        return bytes.ToArray();
    }

    private static byte[] Zip(string name, byte[] content)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create))
        {
            var entry = zip.CreateEntry(name, CompressionLevel.Fastest);
            // So that what unpacks it here makes it executable.
            entry.ExternalAttributes = 0b1_000_000_111_101_101 << 16;
            using var data = entry.Open();
            data.Write(content);
        }
        return bytes.ToArray();
    }
}
