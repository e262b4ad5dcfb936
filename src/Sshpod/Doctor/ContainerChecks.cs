using Sshpod.Clusters;
using Sshpod.Clusters.Objects;
using Sshpod.Server;
using Sshpod.Terminal;

namespace Sshpod.Doctor;

/// <summary>What the container is like, as it reports itself.</summary>
/// <param name="container">The container.</param>
/// <param name="shell">Its shell.</param>
internal sealed class ContainerChecks(PodContainer container, ContainerShell shell)
{
    /// <summary>Its shell and the few tools that installing the server needs.</summary>
    public async Task<Finding<Examination>> ShellAsync(ExecAttempt attempt, IClusterStreams cluster, CancellationToken cancellation)
    {
        Examination found;
        try
        {
            found = await Examination.ReadAsync(attempt.Exec ?? throw attempt.Failure!, container, cancellation);
        }
        catch (ShellNotFoundException) when (shell.HasAnother())
        {
            await using var exec = await cluster.ExecAsync(container, Examination.Command(shell), cancellation);
            found = await Examination.ReadAsync(exec, container, cancellation);
        }
        return found.Missing.Count == 0
            ? Finding.Ok(found, "sh, and every tool that is needed")
            : Finding.Failure<Examination>($"{container} has no {string.Join(", ", found.Missing)}",
                "put them into the image", Who.PodOwner);
    }

    /// <summary>Its architecture.</summary>
    public Finding<Bundle> Architecture(Examination found) => Bundles.ForMachine(found.Machine) is { } bundle
        ? Finding.Ok(bundle, $"{bundle.Architecture} ({found.Machine})")
        : Finding.Failure<Bundle>($"{container} runs on architecture \"{found.Machine}\"", "sshpod has servers only for amd64 and arm64");

    /// <summary>Where the server is or would be.</summary>
    public Finding<string> Directory(Examination found)
    {
        if (found.Directory is { } there)
            return Finding.Ok(there);
        if (found.Places is [.., { State: "free" } free])
            return Finding.Ok($"{free.Path.TrimEnd('/')}/{free.Detail ?? "sshpod"}");
        return Finding.Failure<string>(
            $"no place for the server in {container}: {string.Join(", ", found.Places.Select(place => $"{place.Path} {Describe(place)}"))}",
            found.Places.Any(place => place.State == "small") ? RoomNeeded.Hint
                : "mount a writable volume (emptyDir) that allows execution, at /tmp");
    }

    /// <summary>The server's current state.</summary>
    public static Finding<string> Server(Examination found) => found switch
    {
        { Port: { } port } => Finding.Ok($"runs on port {port}: {Describe(found.File)}{Paused(found)}"),
        { Directory: not null } => Finding.Ok($"is installed but not running: {Describe(found.File)}{Paused(found)}"),
        _ => Finding.Ok($"is not installed yet: the next connection uploads OpenSSH {Bundles.OpenSshVersion}"),
    };

    private static string Paused(Examination found) => found.Paused switch
    {
        0 => "",
        1 => $"; 1 connection is paused{(found.PausedFor is { } time ? $", for {Age.Format(time)}" : "")}",
        var count => $"; {count} connections are paused{(found.PausedFor is { } time ? $", the longest for {Age.Format(time)}" : "")}",
    };

    private static string Describe(string? file) => file switch
    {
        "verified" => $"OpenSSH {Bundles.OpenSshVersion}",
        "damaged" => "its file is damaged: the next connection uploads it again",
        _ => "no tool there can hash its file",
    };

    private string Describe(ServerPlace place) => place.State switch
    {
        "absent" => "does not exist",
        "read-only" => "is read-only",
        "noexec" => "does not allow execution",
        "foreign" => "has another user's sshpod",
        "unwritable" => "is not writable",
        "open" => "can be replaced by other users",
        "shared" => $"is shared: {container.Places?.Find(place.Detail ?? "")?.ToString() ?? place.Detail}",
        "small" => RoomNeeded.Why(container.Places?.RoomAt(place.Detail ?? "")),
        "full" => RoomNeeded.WhyFull(place.Detail ?? ""),
        var state => state,
    };
}
