using System.Security.Cryptography;
using System.Text;
using Sshpod.Clusters;
using Sshpod.Clusters.Objects;
using Sshpod.Ssh;
using Sshpod.Streams;
using Sshpod.Terminal;

namespace Sshpod.Server;

/// <summary>The result of one exec.</summary>
/// <param name="Server">A server that is listening.</param>
/// <param name="Session">A server on this exec's stream.</param>
/// <param name="VerifiedFile">A file in the container that this client has verified.</param>
/// <param name="Staged">A helper that is ready.</param>
/// <param name="Unfit">A place that turned out not to be private to us, and why. If all are null, the bundle is now installed.</param>
internal sealed record BootstrapOutcome(RemoteServer? Server = null, RemoteSession? Session = null, string? VerifiedFile = null,
    StagedHelper? Staged = null, UnfitPlace? Unfit = null);

/// <summary>A directory that the server's own program rejects.</summary>
internal sealed record UnfitPlace(string Path, string Why);

/// <summary>The dialogue with the scripts over one exec.</summary>
/// <remarks>
/// What the container may answer, see <see cref="ScriptRun"/>:
/// <list type="bullet">
/// <item><c>need MACHINE [PATH] [TOOLS]</c>: the bundle is missing; the output of <c>uname -m</c>, the path of gzip if there is one, and
/// the tools that can count bytes, see <see cref="Upload"/>;</item>
/// <item><c>verify FILE</c>: followed by as many bytes as were uploaded, for the client to hash;</item>
/// <item><c>program FILE</c>: the server's executable;</item>
/// <item><c>installed</c>: the bundle is installed; a session needs another exec, since the input of this one may have ended;</item>
/// <item><c>port N</c>, <c>host-key ssh-ed25519 BASE64</c>, <c>resume-key BASE64</c>, <c>ok</c>: the server runs; without
/// <c>ok</c> the lines before it do not count (kubernetes#60140). Without a port it is a session: the rest of this stream
/// belongs to ssh;</item>
/// <item><c>helper PID UID GID</c>, <c>ok</c>: a helper is ready, see <see cref="StagedHelper"/>;</item>
/// <item><c>error CODE TEXT</c>: the server does not run, and why.</item>
/// </list>
/// </remarks>
/// <param name="container">The container; for messages.</param>
/// <param name="exec">The exec that runs <c>probe.sh</c>.</param>
/// <param name="verifiedFile">The bundle in the container, if an earlier dialogue has read it back; null to upload it.</param>
/// <param name="cancellation">Ends it.</param>
/// <param name="staged">The directory with the bundle that the container's shell came with; empty if the shell is its own.</param>
/// <param name="isStage">Whether it is a helper, which gets the shell and its tools too.</param>
/// <param name="limits">How long it may take.</param>
internal sealed class BootstrapConversation(PodContainer container, Duplex exec, string? verifiedFile, CancellationToken cancellation,
    string staged = "", bool isStage = false, ScriptLimits? limits = null)
{
    /// <summary>Each answer comes at most once.</summary>
    public static readonly ScriptGrammar Grammar = new(new Dictionary<string, string[]>
    {
        [""] = ["need", "program", "helper", "error"],
        ["need"] = ["verify", "installed", "program", "helper", "error"],
        ["helper"] = ["ok", "error"],
        ["program"] = ["port", "host-key", "error"],
        ["port"] = ["host-key", "error"],
        ["host-key"] = ["resume-key", "error"],
        ["resume-key"] = ["ok", "error"],
    });

    // Messages of up to 32 KiB get through everywhere (kubernetes-client/csharp#949).
    private const int Piece = 32 * 1024;

    private readonly ScriptRun _script = new(container, exec, Grammar, limits ?? ScriptLimits.Default, cancellation);

    public async Task<BootstrapOutcome> RunAsync()
    {
        int? port = null;
        PublicKey? hostKey = null;
        ResumeKey? resumeKey = null;
        string program = "";
        Bundle? bundle = null;
        StagedHelper? helper = null;
        while (true)
        {
            var (word, rest) = await _script.NextAsync();
            switch (word)
            {
                case "need":
                    var needs = rest.Split(' ');
                    bundle = isStage ? ChooseBundle(needs[0]).WithShell() : ChooseBundle(needs[0]);
                    // Runs concurrently with reading. A failure shows in the container's answers, or in their absence.
                    _ = SendAsync(bundle, gzip: rest.Contains('/'), tools: needs.Length > 2 ? needs[2] : "");
                    break;
                case "verify":
                    await VerifyAsync(bundle!);
                    return new BootstrapOutcome(VerifiedFile: OurFile(rest));
                case "installed":
                    return new BootstrapOutcome();
                case "program":
                    program = OurFile(rest);
                    break;
                case "port":
                    port = RemoteServer.ParsePort(rest) ?? throw new ScriptException(container, "answers with an invalid port");
                    break;
                case "host-key":
                    hostKey = PublicKey.Parse(rest) ?? throw new ScriptException(container, "answers with an invalid host key");
                    break;
                case "resume-key":
                    resumeKey = ResumeKey.Parse(rest) ?? throw new ScriptException(container, "answers with an invalid resume key");
                    break;
                case "helper":
                    helper = StagedHelper.Parse(container.Container, rest)
                        ?? throw new ScriptException(container, "answers with an invalid process or user");
                    break;
                case "ok" when helper is not null:
                    return new BootstrapOutcome(Staged: helper);
                case "ok":
                    return port is { } number ? new BootstrapOutcome(Server: new RemoteServer(number, hostKey!, program, resumeKey!))
                        : new BootstrapOutcome(Session: new RemoteSession(new(hostKey!, resumeKey!), _script.Output, program));
                default:
                    var error = rest.Split(' ', 3);
                    if (error is ["place", ['/', ..] place, var why])
                        return new BootstrapOutcome(Unfit: new UnfitPlace(OurFile(place), why));
                    throw Failure(error[0], string.Join(' ', error[1..]));
            }
        }
    }

    /// <summary>Why there is no place for the server.</summary>
    public static SshpodException NoPlace(PodContainer container, string why) => why.Split(' ') switch
    {
        ["shared", var place, var mount] => new SshpodException(
            $"no place for the server in {container}: {Volume(container, mount)} {(container.Places?.Find(mount)?.Sharing == Sharing.Outside
                ? "can be written from outside the pod"
                : "can be written by another container as the same user")}{(place == mount ? "" : $" ({place})")}",
            "mount a volume that no other container mounts (emptyDir), or, if you trust them, set shared-places: allow"),
        ["open", var place] => new SshpodException(
            $"no place for the server in {container}: {place}, or a directory above it, can be written by other users "
                + "and has no sticky bit",
            "run it as a user other than root and mount an emptyDir of its own at /tmp, or, if you trust them, set shared-places: allow"),
        ["small", var place, var mount] => new SshpodException(
            $"no place for the server in {container}: {container.Places?.Find(mount)?.ToString() ?? place} "
                + RoomNeeded.Why(container.Places?.RoomAt(mount)),
            $"the pod's owner can {RoomNeeded.Hint}"),
        ["full", var place, var free] => new SshpodException(
            $"no space for the server in {container}: {place} {RoomNeeded.WhyFull(free)}",
            "free some space there, or mount another volume (emptyDir) at /tmp"),
        _ => new SshpodException($"no place for the server in {container}: {why}",
            "mount a writable volume (emptyDir) that allows execution, at /tmp"),
    };

    private static string Volume(PodContainer container, string mount) => container.Places?.Find(mount)?.ToString() ?? mount;

    private Bundle ChooseBundle(string machine) => Bundles.ForMachine(machine)
        ?? throw (Bundles.AreMissing ? new SshpodException("this sshpod was built without its servers", "build it with make build")
            : new SshpodException($"{container} runs on architecture \"{machine}\"", "sshpod has servers only for amd64 and arm64"));

    private async Task SendAsync(Bundle bundle, bool gzip, string tools)
    {
        // A helper that lends the shell has the bundle too. Elsewhere a file may be damaged.
        var isThere = HelperShell.IsStaged(staged);
        gzip &= !isThere;
        var form = verifiedFile ?? (gzip ? "gzip" : "plain");
        using var content = verifiedFile is not null || isThere ? new MemoryStream() : gzip ? bundle.OpenGzip() : bundle.OpenPlain();
        var upload = isThere ? new Upload($"cat {staged}/sshd")
            : Upload.Choose(exec.HasHalfClose, tools, gzip ? content.Length : bundle.Size);
        if (upload.IsText)
            _script.AllowFor(ServerLimits.Text);
        Log.Debug($"bootstrap: upload of the bundle for {bundle.Architecture}, form {form}, {upload.Command}");
        var script = $"form='{form}'\nsha256={bundle.Sha256} room={RoomNeeded.Free}\n"
            + $"{(isStage ? FormattableString.Invariant($"shell={bundle.ShellSize}\n") : "")}bytes() {{ {upload.Command}; }}\n"
            + $"{Script.Read("closed.sh")}\n{Script.Read("judge.sh")}\n{(isStage ? $"{Script.Read("stage.sh")}\n" : "")}"
            + $"{Script.Read("install.sh")}\n.\n";
        var goesOn = await SendAsync(Encoding.UTF8.GetBytes(script));
        var buffer = new byte[Piece];
        using var progress = Progress.Begin($"sending the server to pod \"{container.Pod}\"", gzip ? content.Length : bundle.Size);
        for (int count; goesOn && (count = await content.ReadAsync(buffer, cancellation)) > 0; progress.Advance(count))
            goesOn = await SendAsync(upload.Encode(buffer.AsMemory(0, count)));
        if (goesOn && verifiedFile is null)
            goesOn = await SendAsync(upload.End);
        // Without a half-close the script counts bytes, and reads its next commands from the same stream.
        if (exec.HasHalfClose)
            await exec.CompleteAsync(cancellation);
        Log.Debug(goesOn ? "bootstrap: all sent" : "bootstrap: no more is taken");

        async Task<bool> SendAsync(ReadOnlyMemory<byte> piece)
        {
            var isTaken = await exec.WriteAsync(piece, cancellation).AsTask().WaitAsync(ServerLimits.Piece, cancellation);
            _script.Progressed();
            return isTaken;
        }
    }

    /// <summary>Hashes the bytes that the container sends back.</summary>
    private async Task VerifyAsync(Bundle bundle)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[Piece];
        for (var left = bundle.Size; left > 0;)
        {
            var count = await _script.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, left)));
            if (count == 0)
                throw Failure("corrupt", "");
            hash.AppendData(buffer, 0, count);
            left -= count;
        }
        if (Convert.ToHexStringLower(hash.GetHashAndReset()) != bundle.Sha256)
            throw Failure("corrupt", "");
    }

    // The name goes into a line of the next script, or among its arguments.
    private string OurFile(string file) => file.StartsWith('/') && file.Length < 256
        && file.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_')
        ? file : throw new ScriptException(container, "answers with a file name that is not ours");

    private SshpodException Failure(string code, string text) => code switch
    {
        "disk-full" => NoSpace(text),
        "directory" or "upload" when text.Contains("No space left", StringComparison.Ordinal)
            || text.Contains("quota exceeded", StringComparison.OrdinalIgnoreCase) => NoSpace(text),
        // gzip only complains about its input, so the stream was cut.
        "upload" when text.Contains("gzip: ", StringComparison.Ordinal) => new BrokenStreamException(container, text),
        "directory" or "upload" or "place" => NoPlace(container, text),
        "corrupt" => new BrokenStreamException(container, "the data arrived damaged"),
        _ => new UnresponsiveServerException(container, $"does not start: {text}"),
    };

    private SshpodException NoSpace(string text) =>
        new($"no space for the server in {container}: {text}", "free some space there");
}
