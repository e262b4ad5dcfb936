using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text;
using Sshpod.Terminal;

namespace Sshpod.Machine;

/// <summary>Where sshpod keeps files on the client.</summary>
public static class ClientDirectory
{
    // ERROR_SHARING_VIOLATION
    private const int SharingViolation = unchecked((int)0x80070020);

    /// <summary>The user's home directory.</summary>
    public static string Home { get; } = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    /// <summary>
    /// Keys, known hosts and state: <c>$XDG_CACHE_HOME/sshpod</c>, else <c>~/.cache/sshpod</c>; on Windows in %LOCALAPPDATA%.
    /// </summary>
    public static string Cache { get; } = Locate("XDG_CACHE_HOME", Environment.SpecialFolder.LocalApplicationData, ".cache");

    /// <summary>Configuration: <c>$XDG_CONFIG_HOME/sshpod</c>, else <c>~/.config/sshpod</c>; on Windows in %APPDATA%.</summary>
    public static string Config { get; } = Locate("XDG_CONFIG_HOME", Environment.SpecialFolder.ApplicationData, ".config");

    /// <summary>The user's settings.</summary>
    public static string Settings { get; } = Path.Combine(Config, "config.yaml");

    /// <summary>The user's own ssh configuration.</summary>
    public static string SshConfig { get; } = Path.Combine(Home, ".ssh", "config");

    private static string Locate(string variable, Environment.SpecialFolder windows, string unix)
    {
        // The XDG base directory specification: relative values are ignored.
        if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } set && Path.IsPathRooted(set))
            return Path.Combine(set, "sshpod");
        return OperatingSystem.IsWindows()
            ? Path.Combine(Environment.GetFolderPath(windows), "sshpod")
            : Path.Combine(Home, unix, "sshpod");
    }

    /// <summary>Refuses a cache that others may write to: it holds the key and what is known about servers and hosts.</summary>
    /// <exception cref="SshpodException">Somebody else may write there.</exception>
    public static void CheckCache() => PrivateDirectory.Check(Cache, Home);

    /// <summary>Creates a directory that only the user can read, and its parents.</summary>
    /// <exception cref="SshpodException">It cannot be created, or is in the cache and somebody else may write there.</exception>
    public static void Create(string directory)
    {
        if (directory == Cache || directory.StartsWith(Cache + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            CheckCache();
        try
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(directory);
            else
                CreateOnUnix(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SshpodException($"cannot create directory {directory}: {e.Message}", "make its parent writable for you");
        }
    }

    // One at a time: a parent that .NET creates implicitly gets the mode that the umask leaves, which may be open to others.
    [UnsupportedOSPlatform("windows")]
    private static void CreateOnUnix(string directory)
    {
        if (Directory.Exists(directory))
            return;
        if (Path.GetDirectoryName(directory) is { } parent)
            CreateOnUnix(parent);
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Replaces a file atomically: a reader sees the old content or the new, never a part. Only the user can read it.</summary>
    /// <exception cref="SshpodException">It cannot be written; the old content is still there.</exception>
    public static void Replace(string file, string content) => Replace(file, Encoding.UTF8.GetBytes(content));

    /// <inheritdoc cref="Replace(string, string)"/>
    public static void Replace(string file, byte[] content)
    {
        var temporary = $"{file}.{Environment.ProcessId}.{Guid.NewGuid():N}";
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = File.Exists(file)
                    ? File.GetUnixFileMode(file)
                    : UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using (var stream = new FileStream(temporary, options))
                stream.Write(content);
            Move(temporary, file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            DeleteIfPossible(temporary);
            throw new SshpodException($"cannot write {file}: {e.Message}", "make it and its directory writable for you");
        }
    }

    // Where its directory has gone, even this fails; why it could not be written is what the user must know.
    private static void DeleteIfPossible(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.Debug($"{file} is left: {e.Message}");
        }
    }

    /// <summary>
    /// Renames a file to one that may exist. On Windows a file that anybody has open without FILE_SHARE_DELETE cannot be replaced, and ssh
    /// and virus scanners open files so: they are done with it in a moment, and so we try again.
    /// </summary>
    /// <exception cref="IOException">It cannot be renamed.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not, or on Windows the other is still open at the limit.</exception>
    public static void Move(string from, string to)
    {
        for (var start = Stopwatch.GetTimestamp(); ;)
        {
            try
            {
                File.Move(from, to, overwrite: true);
                return;
            }
            catch (Exception e) when (OperatingSystem.IsWindows() && IsOpenElsewhere(e)
                && Stopwatch.GetElapsedTime(start) < MachineLimits.OpenFile)
            {
                Thread.Sleep(MachineLimits.Pause);
            }
        }
    }

    // Windows says the former of a file that is open, and also of one that we have no right to.
    private static bool IsOpenElsewhere(Exception e) => e is UnauthorizedAccessException || e.HResult is SharingViolation;

    /// <summary>Removes a file.</summary>
    /// <exception cref="SshpodException">It cannot be removed.</exception>
    public static void Delete(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SshpodException($"cannot remove {file}: {e.Message}", "make its directory writable for you");
        }
    }
}
