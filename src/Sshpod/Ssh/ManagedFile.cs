using System.Runtime.InteropServices;
using Sshpod.Machine;
using Sshpod.Terminal;

namespace Sshpod.Ssh;

/// <summary>
/// Finds out whether we may write to the user's file: some belong to a program that would undo the change, or to somebody else.
/// </summary>
public static partial class ManagedFile
{
    private const int Writable = 2;

    /// <summary>Throws if sshpod must not change the file.</summary>
    /// <param name="userFile">The user's file, as ssh opens it.</param>
    /// <param name="file">Its target, if it is a link.</param>
    /// <param name="what">What should be done to it, for the hint: <c>add at its top: Include …</c>.</param>
    /// <exception cref="SshpodException">It must not; the message says why, the hint what the user can do by hand.</exception>
    public static void Refuse(string userFile, string file, string what)
    {
        if (file.StartsWith("/nix/store/", StringComparison.Ordinal))
            throw new SshpodException($"{userFile} is managed by Nix or home-manager (it links to {file})",
                $"in the file that it is made from, {what}");
        if (ChezmoiSource(userFile) is { } source)
            throw new SshpodException($"{userFile} is managed by chezmoi (from {source})", $"in that file, {what}");
        if (!CanWrite(file))
            throw new SshpodException($"{file} is read-only", $"make it writable for you, or {what}");
    }

    // chezmoi writes regular files and overwrites changes: only its source directory shows that, by the attributes in file names there.
    private static string? ChezmoiSource(string userFile)
    {
        if (userFile != ClientDirectory.SshConfig)
            return null;
        var data = Environment.GetEnvironmentVariable("XDG_DATA_HOME") is { Length: > 0 } set ? set
            : Path.Combine(ClientDirectory.Home, ".local", "share");
        var root = Path.Combine(data, "chezmoi");
        return Directory.Exists(root)
            ? Directory.EnumerateDirectories(root, "*dot_ssh").SelectMany(directory => Directory.EnumerateFiles(directory, "*config*"))
                .FirstOrDefault(file => Path.GetFileName(file).Replace(".tmpl", "", StringComparison.Ordinal).Split('_')[^1] == "config")
            : null;
    }

    private static bool CanWrite(string file)
    {
        if (!File.Exists(file))
            return true;
        if (OperatingSystem.IsWindows())
            return !File.GetAttributes(file).HasFlag(FileAttributes.ReadOnly);
        // It is replaced by a rename, for which its own mode does not matter: we assume that read-only is intended, even if we are root.
        return (File.GetUnixFileMode(file) & UnixFileMode.UserWrite) != 0
            && Access(file, Writable) == 0 && Access(Path.GetDirectoryName(file)!, Writable) == 0;
    }

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);
}
