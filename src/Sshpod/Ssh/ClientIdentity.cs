using Sshpod.Settings;
using Sshpod.Terminal;

namespace Sshpod.Ssh;

/// <summary>The key that logs in: that of the setting <c>identity</c>, whose public half alone is read; else the one that sshpod has made.</summary>
public static class ClientIdentity
{
    /// <summary>The user's own; null where none is set.</summary>
    /// <exception cref="SshpodException">The settings cannot be read.</exception>
    public static string? Own => UserSettings.Current.Identity;

    /// <summary>What ssh's configuration names as <c>IdentityFile</c>.</summary>
    public static IReadOnlyList<string> Files => Own is { } own ? [own] : [ClientKey.File, ClientKey.NextFile];

    /// <summary>Finds the public key that is to be let in; makes sshpod's own where it is missing.</summary>
    /// <param name="access">How long a container may let a key in.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="SshpodException">There is none, or none that can be used.</exception>
    public static Task<PublicKey> EnsureAsync(TimeSpan access, CancellationToken cancellation)
    {
        if (Own is not { } own)
            return ClientKey.EnsureAsync(access, cancellation);
        // known_hosts is there, whosever the key is.
        ClientDirectory.CheckCache();
        return ReadAsync(own, cancellation);
    }

    /// <summary>Reads a public key: the file is one, or has one beside it.</summary>
    /// <param name="file">What the setting names.</param>
    /// <param name="cancellation">Ends it.</param>
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
            algorithm is null ? $"the identity {file} is no key" : $"the identity {file} is a key of type \"{OneLine.Of(algorithm)}\"",
            $"sshpod takes {PublicKey.Algorithm} and {PublicKey.TokenAlgorithm}; correct identity in {UserSettings.File}");

        async Task<string> LineAsync(string name)
        {
            try
            {
                return await File.ReadLinesAsync(name, cancellation).FirstOrDefaultAsync(text => text.Length > 0, cancellation) ?? "";
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new SshpodException($"cannot read the identity {name}: {e.Message}", $"correct identity in {UserSettings.File}");
            }
        }
    }
}
