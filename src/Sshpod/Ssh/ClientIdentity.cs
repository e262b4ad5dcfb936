using Sshpod.Machine;
using Sshpod.Terminal;

namespace Sshpod.Ssh;

/// <summary>The key that logs in: the user's own, of which only the public half is read, or the one that sshpod generates.</summary>
/// <param name="Own">Path of the user's own key, from the setting <c>identity</c>; null if not set.</param>
public sealed record ClientIdentity(string? Own)
{
    /// <summary>The key that sshpod generates.</summary>
    public static ClientIdentity Generated { get; } = new((string?)null);

    /// <summary>The values of <c>IdentityFile</c> in ssh's configuration.</summary>
    public IReadOnlyList<string> Files => Own is { } own ? [own] : [ClientKey.File, ClientKey.NextFile];

    /// <summary>Finds the public key to let in; generates sshpod's own if it is missing.</summary>
    /// <param name="access">How long a container lets a key in.</param>
    /// <param name="cancellation">Cancels it.</param>
    /// <exception cref="SshpodException">There is no key, or no usable one.</exception>
    public Task<PublicKey> EnsureAsync(TimeSpan access, CancellationToken cancellation)
    {
        if (Own is not { } own)
            return ClientKey.EnsureAsync(access, cancellation);
        // known_hosts is there even if the key is the user's own.
        ClientDirectory.CheckCache();
        return ReadAsync(own, cancellation);
    }

    /// <summary>Reads a public key, from the file itself or from the one beside it.</summary>
    /// <param name="file">The file that the setting names.</param>
    /// <param name="cancellation">Cancels it.</param>
    internal static async Task<PublicKey> ReadAsync(string file, CancellationToken cancellation)
    {
        var beside = file + ".pub";
        var line = await LineAsync(file.EndsWith(".pub", StringComparison.Ordinal) || !File.Exists(beside) ? file : beside);
        if (PublicKey.ParseLogin(line) is { } key)
            return key;
        if (line.StartsWith("-----BEGIN ", StringComparison.Ordinal))
            throw new SshpodException($"the identity {file} has no public key beside it, {beside}", $"ssh-keygen -y -f {file} > {beside}");
        var algorithm = line.Split(' ') is [{ Length: > 0 and < 50 } word, _, ..] ? word : null;
        throw new SshpodException(
            algorithm is null ? $"the identity {file} is not a key" : $"the identity {file} is a key of type \"{OneLine.Of(algorithm)}\"",
            $"sshpod accepts {PublicKey.Algorithm} and {PublicKey.TokenAlgorithm}; correct identity in {ClientDirectory.Settings}");

        async Task<string> LineAsync(string name)
        {
            try
            {
                return await File.ReadLinesAsync(name, cancellation).FirstOrDefaultAsync(text => text.Length > 0, cancellation) ?? "";
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new SshpodException($"cannot read the identity {name}: {e.Message}",
                    $"correct identity in {ClientDirectory.Settings}");
            }
        }
    }
}
