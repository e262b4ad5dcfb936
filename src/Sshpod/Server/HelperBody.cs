using Sshpod.Clusters.Objects;

namespace Sshpod.Server;

/// <summary>
/// What a helper may do: nothing, as the container's user; or, where that user is not known beforehand, become any user, which it does
/// before it is used.
/// </summary>
/// <param name="Uid">The user it starts as.</param>
/// <param name="Gid">The group it starts as.</param>
/// <param name="Changes">Whether it starts as root, and then becomes the container's user (<c>sshd hold</c>).</param>
/// <param name="MustNotBeRoot">Whether the pod wants to be told that it is not root.</param>
public sealed record HelperBody(long Uid, long Gid, bool Changes = false, bool MustNotBeRoot = false)
{
    // The user of images without a shell that are not root's (distroless).
    private const long Usual = 65532;

    // `$$$$` is the shell's `$$`: Kubernetes reads `$$` as a dollar sign. It writes where it is, and waits to be used, for ten minutes;
    // then as long as a server runs out of it. The trap makes its end a success.
    private const string Begin = "umask 077; mkdir -p /tmp/sshpod && echo $$$$ >/tmp/sshpod/holder; trap 'exit 0' TERM; ";

    private const string Wait = "sleep 600 & wait; while [ -e /tmp/sshpod/live ]; do sleep 3600 & wait; done";

    // Its shell becomes the program that `go` names, which has the container's user from then on.
    // If nobody comes, it ends as the other does.
    private const string Become = "n=; while [ ! -s /tmp/sshpod/go ]; do sleep 1; n=x$n; [ ${#n} -lt 600 ] || exit 0; done; "
        + ". /tmp/sshpod/go";

    private static readonly Capabilities None = new(["ALL"]);

    private static readonly Capabilities ToChange = new(["ALL"], ["CHOWN", "SETGID", "SETUID"]);

    /// <summary>The bodies to try, in this order; a policy of the cluster may refuse one.</summary>
    public static IReadOnlyList<HelperBody> Choose(HelperIdentity identity)
    {
        if (identity is { Uid: { } uid, Gid: { } gid })
            return [Fixed(uid, gid)];
        // A user that the image has no group for gets group 0.
        var guess = identity.Uid ?? Usual;
        var guessed = Fixed(guess, identity.Gid ?? (guess == Usual ? Usual : 0));
        return identity.MustNotBeRoot ? [guessed] : [new(0, 0, Changes: true), guessed];

        HelperBody Fixed(long user, long group) => new(user, group, MustNotBeRoot: user != 0);
    }

    /// <summary>
    /// The only body before Kubernetes 1.23, where ephemeral containers have no securityContext: as the image's user, which is taken to be
    /// root, or as the pod's.
    /// </summary>
    public static HelperBody WithoutContext(HelperIdentity identity) => identity.Inherited is { } uid and not 0
        ? new(uid, identity.Gid ?? 0) : new(0, 0, Changes: identity is not { Uid: 0, Gid: 0 } || identity.Inherited is null);

    /// <summary>The ephemeral container.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="image">An image with a shell.</param>
    /// <param name="target">The container that it is for.</param>
    /// <param name="withContext">Whether the API server takes a securityContext.</param>
    public EphemeralContainer Container(string name, string image, string target, bool withContext = true) => new(name, image, target,
        ["sh", "-c", Begin + (Changes ? Become : Wait)],
        withContext ? new EphemeralSecurityContext(Uid, Gid, MustNotBeRoot ? true : null, Changes ? ToChange : None) : null);
}
