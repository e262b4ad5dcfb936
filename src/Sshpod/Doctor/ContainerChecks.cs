using Sshpod.Clusters;
using Sshpod.Clusters.Objects;
using Sshpod.Server;
using Sshpod.Settings;
using Sshpod.Terminal;

namespace Sshpod.Doctor;

/// <summary>What the container is like, as it reports itself.</summary>
/// <param name="container">The container.</param>
/// <param name="shell">Its shell.</param>
internal sealed class ContainerChecks(PodContainer container, ContainerShell shell)
{
    /// <summary>Its shell and the few tools that installing the server needs.</summary>
    /// <param name="attempt">An exec that has begun.</param>
    /// <param name="cluster">How the container is reached.</param>
    /// <param name="settings">The user's settings.</param>
    /// <param name="terms">On which terms a connection finds a shell where there is none. Nothing is put anywhere.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<Finding<Examination>> ShellAsync(
        ExecAttempt attempt, Cluster cluster, UserSettings settings, HelperTerms terms, CancellationToken cancellation)
    {
        terms = terms with { OnlyLooks = true };
        Examination found;
        try
        {
            found = await ExamineAsync(attempt, cluster.Streams, new Helper(cluster, container, settings, terms), cancellation);
        }
        catch (ShellNotFoundException)
        {
            return await WithoutShellAsync(cluster.Objects, new HelperPreview(cluster, container, settings, terms), terms, cancellation);
        }
        return found.Missing.Count > 0
            ? Finding.Failure<Examination>($"{container} has no {string.Join(", ", found.Missing)}", "put them into the image",
                Who.PodOwner)
            : Finding.Ok(found, shell.Lent is null ? "sh, and every tool that is needed"
                : $"none of its own; sshpod's is in {shell.Directory}");
    }

    private async Task<Examination> ExamineAsync(
        ExecAttempt attempt, IClusterStreams cluster, Helper helper, CancellationToken cancellation)
    {
        try
        {
            return await Examination.ReadAsync(attempt.Exec ?? throw attempt.Failure!, container, cancellation);
        }
        catch (SshpodException e) when (e is ShellNotFoundException or ShellDeniedException)
        {
            if (!shell.HasAnother())
                shell.Use(await helper.FindAsync(e, cancellation));
            await using var next = await StreamCheck.AttemptAsync(cluster, container, shell, cancellation);
            return await ExamineAsync(next, cluster, helper, cancellation);
        }
    }

    private async Task<Finding<Examination>> WithoutShellAsync(
        IClusterObjects cluster, HelperPreview preview, HelperTerms terms, CancellationToken cancellation)
    {
        if (await preview.LenderAsync(cancellation) is { } lender)
            return Lent($"the next connection gets one from {lender}");
        var right = new Right("patch", "pods", EphemeralRequest.Subresource, container.Namespace, Name: container.Pod);
        if (!await cluster.MayAsync(right, cancellation))
            return Finding.Failure<Examination>($"{container} has no shell \"sh\", and you may not {right}",
                "bind the role sshpod-ephemeral of docs/rbac.yaml", Who.Administrator);
        try
        {
            await preview.CheckAsync(cancellation);
        }
        catch (SshpodException e) when (e is EphemeralRefusedException or HelperException)
        {
            return Finding.Failure<Examination>($"{container} has no shell \"sh\", and {e.Message}", e.Hint ?? "", Who.PodOwner);
        }
        return terms.IsAllowed ? Lent("the next connection adds an ephemeral container that lends one, which the cluster would admit")
            : Finding.Failure<Examination>(
                $"{container} has no shell \"sh\"; the cluster would admit an ephemeral container that lends one",
                $"add it with: sshpod debug {terms.Host}");
    }

    // Nothing can be looked at through a shell that is not there yet.
    private static Finding<Examination> Lent(string how) => new(CheckOutcome.Warning, $"none of its own; {how}", null,
        "connect once, and run this again to check the rest", Who.You);

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
