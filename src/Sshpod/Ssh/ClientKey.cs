using Sshpod.Machine;
using Sshpod.Terminal;

namespace Sshpod.Ssh;

/// <summary>
/// The ed25519 key with which this user's ssh logs in to containers, if they have not set their own. It is replaced after 90 days.
/// <para>
/// ssh reads the public half when it starts and the private half when it logs in: replacing a file in between breaks that connection, and
/// we cannot tell when ssh is in between. So ssh gets two pairs (two <c>IdentityFile</c>), which usually hold the same key. A new key is
/// generated in the second. It is brought into containers only after every ssh that may have read the old file has long logged in with the
/// first, and it is copied to the first only after no container lets the old key in any more. So no file ever changes while an ssh may be
/// about to use it.
/// </para>
/// </summary>
public static class ClientKey
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(90);

    // By then, an ssh that has read the second file is logging in. One that waits for its pod still works: its proxy has chosen the key.
    private static readonly TimeSpan Settled = TimeSpan.FromMinutes(10);

    // Clocks of containers may differ from ours.
    private static readonly TimeSpan Slack = TimeSpan.FromDays(1);

    private static readonly KeyPair First = new(Path.Combine(ClientDirectory.Cache, "id_ed25519"));

    private static readonly KeyPair Second = new(First.File + ".next");

    /// <summary>The private key, as ssh's <c>IdentityFile</c>.</summary>
    public static string File => First.File;

    /// <summary>The next private key, as another <c>IdentityFile</c>; usually the same.</summary>
    public static string NextFile => Second.File;

    /// <summary>Whether both halves exist.</summary>
    public static bool Exists => First.Exists;

    /// <summary>Whether only the public half exists. A running ssh has then read it, and can use no other.</summary>
    public static bool LacksPrivateHalf => First.LacksPrivateHalf;

    /// <summary>Finds the key to let in now; generates what is missing, and replaces what is too old.</summary>
    /// <param name="access">How long a container lets a key in.</param>
    /// <param name="cancellation">Cancels it.</param>
    /// <exception cref="SshpodException">It cannot be generated or read, or others can read its private half.</exception>
    public static async Task<PublicKey> EnsureAsync(TimeSpan access, CancellationToken cancellation)
    {
        if (!First.Exists || !Second.Exists)
            await CompleteAsync(cancellation);
        var (first, second) = (await First.ReadAsync(cancellation), await Second.ReadAsync(cancellation));
        if (first == second)
        {
            if (First.Age > Lifetime)
                await StepAsync(whileSame: true, () => Second.MakeAsync(cancellation), cancellation);
            return first;
        }
        if (Second.Age < Settled)
            return first;
        if (Second.Age > Settled + access + Slack)
            await StepAsync(whileSame: false, () => { Second.CopyTo(First); return Task.CompletedTask; }, cancellation);
        return second;
    }

    /// <summary>Reads the public key of the first pair.</summary>
    /// <exception cref="SshpodException">It cannot be read, or others can read its private half.</exception>
    public static Task<PublicKey> ReadAsync(CancellationToken cancellation) => First.ReadAsync(cancellation);

    // Concurrent processes all end up with the same pairs, and none with half a pair.
    private static async Task CompleteAsync(CancellationToken cancellation)
    {
        ClientDirectory.Create(ClientDirectory.Cache);
        await using var making = await LockFile.TakeAsync(Lock, cancellation);
        var isNew = !System.IO.File.Exists(First.File);
        if (!First.Exists)
            await First.CompleteAsync(cancellation);
        if (isNew || !Second.Exists)
            First.CopyTo(Second);
    }

    /// <summary>Takes one step, unless another process does. If it fails, connections still use the old key.</summary>
    private static async Task StepAsync(bool whileSame, Func<Task> step, CancellationToken cancellation)
    {
        await using var replacing = LockFile.TakeOrNull(Lock);
        if (replacing is null || !IsSecondRead())
            return;
        try
        {
            // Another process may have taken this step since we looked.
            if (await First.ReadAsync(cancellation) == await Second.ReadAsync(cancellation) != whileSame)
                return;
            await step();
            Log.Debug($"client key: {(whileSame ? $"a new one is in {NextFile}" : "the new one is in both files")}");
        }
        catch (SshpodException e)
        {
            Log.Debug($"client key not replaced: {e.Message}");
        }
    }

    /// <summary>Whether ssh's configuration names the second pair. That of an earlier version does not, and the key stays.</summary>
    private static bool IsSecondRead()
    {
        try
        {
            return System.IO.File.ReadAllText(SshConfiguration.OwnFile).Contains(Path.GetFileName(Second.File), StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string Lock => Path.Combine(ClientDirectory.Cache, "id_ed25519.lock");
}
