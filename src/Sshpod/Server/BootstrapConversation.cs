using System.Security.Cryptography;
using System.Text;
using Sshpod.Addressing;
using Sshpod.Clusters;
using Sshpod.Ssh;
using Sshpod.Terminal;

namespace Sshpod.Server;

/// <summary>What one exec led to.</summary>
/// <param name="Server">A server that listens.</param>
/// <param name="Session">A server on this very stream.</param>
/// <param name="VerifiedFile">A file in the container that this client has verified. Without it, and the others, the bundle is there now.</param>
internal sealed record BootstrapOutcome(RemoteServer? Server = null, RemoteSession? Session = null, string? VerifiedFile = null);

/// <summary>The dialogue with the scripts over one exec.</summary>
/// <remarks>
/// What the container says, line by line after <c>sshpod-bootstrap</c> (anything before it, such as a banner, is not ours):
/// <list type="bullet">
/// <item><c>need MACHINE [PATH] [TOOLS]</c>: the bundle is missing; <c>uname -m</c>, where gzip is if it is there, and what can count bytes, see <see cref="Upload"/>;</item>
/// <item><c>verify FILE</c>: as many bytes as were uploaded follow, for the client to hash;</item>
/// <item><c>program FILE</c>: the executable of the server that is started next;</item>
/// <item><c>installed</c>: the bundle is there; a session is for another exec, since the input of this one may have ended;</item>
/// <item><c>port N</c>, <c>host-key ssh-ed25519 BASE64</c>, <c>ok</c>: the server runs; without the last nothing before it counts (kubernetes#60140).
/// Without a port it is a session: what follows on this stream is ssh's;</item>
/// <item><c>error CODE TEXT</c>: it does not, and why.</item>
/// </list>
/// </remarks>
/// <param name="container">Where it goes on; for messages.</param>
/// <param name="exec">The exec that runs <c>probe.sh</c>.</param>
/// <param name="verifiedFile">The bundle in the container, when an earlier dialogue has read it back; null where it is uploaded.</param>
/// <param name="cancellation">Ends it.</param>
internal sealed class BootstrapConversation(PodContainer container, IExec exec, string? verifiedFile, CancellationToken cancellation)
{
    // The exec request itself, a credential plugin included, and each step of the script.
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(30);

    // A shell that reads a bundle as text has much to do after the last piece has been sent.
    private static readonly TimeSpan TextLimit = TimeSpan.FromMinutes(2);

    // For each piece of the bundle, so that a slow link is no error but a dead one is.
    private static readonly TimeSpan PieceLimit = TimeSpan.FromSeconds(20);

    // Messages of at most 32 KiB pass everywhere (kubernetes-client/csharp#949).
    private const int Piece = 32 * 1024;

    private readonly LineReader _output = new(exec.Output);

    // Runs beside the reading. Its failure shows in what the container says, or does not say any more.
    private Task _upload = Task.CompletedTask;

    private TimeSpan _answerLimit = AnswerLimit;

    public async Task<BootstrapOutcome> RunAsync()
    {
        int? port = null;
        PublicKey? hostKey = null;
        string? program = null;
        Bundle? bundle = null;
        while (await ReadLineAsync() != "sshpod-bootstrap")
        {
        }
        while (true)
        {
            var words = (await ReadLineAsync()).Split(' ', 2);
            var rest = words.Length > 1 ? words[1] : "";
            switch (words[0])
            {
                case "need":
                    var needs = rest.Split(' ');
                    bundle = ChooseBundle(needs[0]);
                    _upload = SendAsync(bundle, gzip: rest.Contains('/'), tools: needs.Length > 2 ? needs[2] : "");
                    break;
                case "verify" when bundle is not null:
                    await VerifyAsync(bundle);
                    return new BootstrapOutcome(VerifiedFile: IsOurFile(rest) ? rest : throw Failure("corrupt", ""));
                case "installed":
                    return new BootstrapOutcome();
                case "program" when IsOurFile(rest):
                    program = rest;
                    break;
                case "port":
                    port = RemoteServer.ParsePort(rest);
                    break;
                case "host-key":
                    hostKey = PublicKey.Parse(rest);
                    break;
                case "ok" when port is { } number && hostKey is not null && program is not null:
                    return new BootstrapOutcome(Server: new RemoteServer(number, hostKey, program));
                case "ok" when port is null && hostKey is not null && program is not null:
                    return new BootstrapOutcome(Session: new RemoteSession(hostKey, exec, _output));
                case "error":
                    var error = rest.Split(' ', 2);
                    throw Failure(error[0], error.Length > 1 ? error[1] : "");
                default:
                    Log.Debug($"bootstrap: unexpected line of {words[0].Length + rest.Length} characters");
                    break;
            }
        }
    }

    private Bundle ChooseBundle(string machine) => Bundles.ForMachine(machine)
        ?? throw new SshpodException($"{container} runs on architecture \"{machine}\"", "sshpod has servers for amd64 and arm64");

    private async Task SendAsync(Bundle bundle, bool gzip, string tools)
    {
        var form = verifiedFile ?? (gzip ? "gzip" : "plain");
        await using (var input = exec.Input)
        {
            using var content = verifiedFile is not null ? new MemoryStream() : gzip ? bundle.OpenGzip() : bundle.OpenPlain();
            var upload = Upload.Choose(exec.CanCloseInput, tools, gzip ? content.Length : bundle.Size);
            _answerLimit = upload.IsText ? TextLimit : AnswerLimit;
            Log.Debug($"bootstrap: upload of the bundle for {bundle.Architecture}, form {form}, {upload.Command}");
            var script = $"form={form}\nsha256={bundle.Sha256}\nbytes() {{ {upload.Command}; }}\n{Script.Read("install.sh")}\n.\n";
            await input.WriteAsync(Encoding.UTF8.GetBytes(script), cancellation);
            var buffer = new byte[Piece];
            using var progress = Progress.Begin($"sending the server to pod \"{container.Pod}\"", gzip ? content.Length : bundle.Size);
            for (int count; (count = await content.ReadAsync(buffer, cancellation)) > 0; progress.Advance(count))
                await input.WriteAsync(upload.Encode(buffer.AsMemory(0, count)), cancellation).AsTask().WaitAsync(PieceLimit, cancellation);
            if (verifiedFile is null)
                await input.WriteAsync(upload.End, cancellation);
            await input.FlushAsync(cancellation);
        }
        Log.Debug("bootstrap: all sent");
    }

    /// <summary>Hashes what the container says it holds.</summary>
    private async Task VerifyAsync(Bundle bundle)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[Piece];
        for (var left = bundle.Size; left > 0;)
        {
            var count = await AnswerAsync(_output.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, left)), cancellation).AsTask());
            if (count == 0)
                throw Failure("corrupt", "");
            hash.AppendData(buffer, 0, count);
            left -= count;
        }
        if (Convert.ToHexStringLower(hash.GetHashAndReset()) != bundle.Sha256)
            throw Failure("corrupt", "");
    }

    // It goes into a line of the next script.
    private static bool IsOurFile(string file) => file.StartsWith('/') && file.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_');

    private async Task<string> ReadLineAsync()
    {
        try
        {
            return await AnswerAsync(_output.ReadLineAsync(cancellation).AsTask()) ?? throw await AnswerAsync(exec.ExplainEndAsync(cancellation));
        }
        catch (InvalidDataException e)
        {
            throw new SshpodException($"{container} answers with {e.Message}", "see what its sh prints when it starts");
        }
    }

    /// <summary>Waits for something from the container, for a limited time.</summary>
    private async Task<T> AnswerAsync<T>(Task<T> answer)
    {
        while (true)
        {
            try
            {
                return await answer.WaitAsync(_answerLimit, cancellation);
            }
            catch (TimeoutException) when (!_upload.IsCompleted)
            {
                // A slow link: each piece of the upload has a limit of its own.
            }
            catch (TimeoutException)
            {
                throw new SshpodException($"{container} gave no answer in {_answerLimit.TotalSeconds:0} s", "check the network and the container");
            }
        }
    }

    private SshpodException Failure(string code, string text) => code switch
    {
        "disk-full" => NoSpace(text),
        "directory" or "upload" when text.Contains("No space left", StringComparison.Ordinal) => NoSpace(text),
        // Only gzip complains of what it gets: the stream was cut.
        "upload" when text.Contains("gzip: ", StringComparison.Ordinal) => new BrokenStreamException(container, text),
        "directory" or "upload" => new SshpodException($"no place for the server in {container}: {text}",
            "mount a writable volume (emptyDir) that allows execution, at /tmp"),
        "corrupt" => new BrokenStreamException(container, "what arrived is damaged"),
        _ => new UnresponsiveServerException(container, $"does not start: {text}"),
    };

    private SshpodException NoSpace(string text) =>
        new($"no space for the server in {container}: {text}", "free some space there");
}
