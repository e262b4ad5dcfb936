using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using CliWrap;
using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Recipes;

/// <summary>
/// What the Remote - SSH extension does, without the extension: it runs ssh with -T and -D, sends a script to its stdin that starts a
/// server in the pod and prints its port, and talks to it through ssh's SOCKS port. The commands are in its log
/// (vscode-remote-release#9235, #10278 and others).
/// </summary>
[Trait(Suites.Name, Suites.Once)]
public sealed partial class VsCodeTests(TestCluster cluster)
{
    // In the extension's order: lock, look for a running server, otherwise install and start one, report, stay.
    private const string Script = """
        echo "5ad33f5a70b3: running"
        dir=$HOME/.vscode-server/bin/0ee08df0cf4527e40edc9aa28f4b5bd38bbff2b2
        mkdir -p "$dir" && exec 9>"$dir/lock" && flock 9
        if [ -s "$dir/pid" ] && kill -0 "$(cat "$dir/pid")" 2>/dev/null; then
            echo "Found running server..."
        else
            cat >"$dir/server.py" <<'EOF'
        import http.server, sys
        class Echo(http.server.BaseHTTPRequestHandler):
            # 1.0 would end each connection, and .NET's client may send another request on it all the same.
            protocol_version = "HTTP/1.1"
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
        print(f"Extension host agent listening on {server.server_port}", flush=True)
        server.serve_forever()
        EOF
            nohup python3 "$dir/server.py" >"$dir/log" 2>&1 </dev/null 9>&- &
            echo $! >"$dir/pid"
            until grep -q 'listening on' "$dir/log"; do sleep 0.1; done
        fi
        flock -u 9
        echo "5ad33f5a70b3: start"
        echo "SSH_AUTH_SOCK==${SSH_AUTH_SOCK-}=="
        echo "listeningOn==$(sed -n 's/.*listening on //p' "$dir/log")=="
        echo "arch==$(uname -m)=="
        echo "5ad33f5a70b3: end"
        while sleep 180; do printf ' '; done

        """;

    // With shared connections, as `sshpod configure` may set them up, and without.
    private const string Shared = "ControlMaster auto\nControlPath ~/.ssh/%C\nControlPersist 60",
        NotShared = "ControlMaster no\nControlPath none";

    public static TheoryData<string, string> CommandsAndSharing =>
        [.. from command in Recipe.Named("VS Code").Blocks.SelectMany(
            block => block.Commands) from sharing in new[] { NotShared, Shared } select (command, sharing)];

    [Theory, MemberData(nameof(CommandsAndSharing))]
    public async Task A_window_reaches_its_server_in_the_pod_and_so_does_the_next_one(string command, string sharing)
    {
        await using var reader = await Reader.SetUpAsync(cluster, "vscode");
        var config = reader.Workstation.File(".ssh/config");
        await File.WriteAllTextAsync(config, $"Host *.sshpod\n{sharing}\n\n{await File.ReadAllTextAsync(config)}");

        await using var first = await Window.OpenAsync(reader, command);
        await first.EchoAsync();
        await using var second = await Window.OpenAsync(reader, command);
        await second.EchoAsync();
        Assert.Equal(first.ServerPort, second.ServerPort);
    }

    private sealed partial class Window : IAsyncDisposable
    {
        private const int Size = 1 << 20;
        private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
        private readonly RunningProgram _ssh;
        private readonly HttpClient _client;

        private Window(RunningProgram ssh, int socksPort, int serverPort)
        {
            (_ssh, ServerPort) = (ssh, serverPort);
            _client = new HttpClient(
                new SocketsHttpHandler { Proxy = new WebProxy($"socks5://127.0.0.1:{socksPort}") })
            { Timeout = Limit };
        }

        public int ServerPort { get; }

        public static async Task<Window> OpenAsync(Reader reader, string command)
        {
            var port = FreePort.Find();
            reader.FillIn("PORT", port.ToString(CultureInfo.InvariantCulture));
            var listening = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
            var ssh = reader.Start(reader.Fill(command), PipeSource.FromString(Script), PipeTarget.ToDelegate(line =>
            {
                if (ListeningOn().Match(line) is { Success: true } match)
                    listening.TrySetResult(int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));
            }));
            try
            {
                if (await Task.WhenAny(listening.Task, ssh.Completion).WaitAsync(Limit) != listening.Task)
                    Assert.Fail($"ssh ended: {ssh.Error}");
                return new Window(ssh, port, await listening.Task);
            }
            catch (Exception)
            {
                await ssh.DisposeAsync();
                throw;
            }
        }

        /// <summary>Has the server echo megabytes over several connections at once.</summary>
        public Task EchoAsync() => Task.WhenAll(Enumerable.Range(0, 4).Select(async seed =>
        {
            var bytes = new byte[Size];
            new Random(seed).NextBytes(bytes);
            using var content = new ByteArrayContent(bytes);
            using var answer = await _client.PostAsync(new Uri($"http://127.0.0.1:{ServerPort}/"), content);
            Assert.Equal(bytes, await answer.Content.ReadAsByteArrayAsync());
        }));

        public ValueTask DisposeAsync()
        {
            _client.Dispose();
            return _ssh.DisposeAsync();
        }

        [GeneratedRegex("^listeningOn==([0-9]+)==$")]
        private static partial Regex ListeningOn();
    }
}
