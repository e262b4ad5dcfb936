using System.Security.Cryptography;
using System.Text;
using Sshpod.Terminal;

namespace Sshpod.Machine;

/// <summary>A kind of thing that one process remembers for the next: a folder of the cache, with one small file for each.</summary>
/// <typeparam name="T">What is remembered.</typeparam>
/// <param name="folder">Name of the folder.</param>
/// <param name="forgotten">How long a file stays that nobody writes or uses.</param>
/// <param name="encode">The content of a file.</param>
/// <param name="decode">What a content says; null if it says nothing.</param>
public sealed class CacheFolder<T>(string folder, TimeSpan forgotten, Func<T, byte[]> encode, Func<byte[], T?> decode) where T : class
{
    // A file that is in use but says the same is touched, so that it is not forgotten; not each time, since that is a write.
    private readonly TimeSpan _touched = forgotten / 30;

    /// <summary>The folder.</summary>
    public string Path { get; } = System.IO.Path.Combine(ClientDirectory.Cache, folder);

    /// <summary>The file about something.</summary>
    /// <param name="about">What it is about, in parts. Hashed, since this can exceed the maximum length of a file name.</param>
    public CacheFile<T> About(params IEnumerable<string?> about) => new(this, CacheFile.Name(about));

    /// <summary>The file of a name.</summary>
    public CacheFile<T> Named(string name) => new(this, name);

    /// <summary>All files whose names begin so.</summary>
    public IReadOnlyList<CacheFile<T>> All(string prefix = "")
    {
        try
        {
            return [.. Directory.GetFiles(Path, $"{prefix}*").Select(file => Named(System.IO.Path.GetFileName(file)))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    internal T? Read(string file)
    {
        try
        {
            return decode(File.ReadAllBytes(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    internal void Write(string file, T value)
    {
        try
        {
            if (value.Equals(Read(file)))
            {
                if ((DateTime.UtcNow - File.GetLastWriteTimeUtc(file)).Duration() > _touched)
                    File.SetLastWriteTimeUtc(file, DateTime.UtcNow);
                return;
            }
            ClientDirectory.Create(Path);
            ClientDirectory.Replace(file, encode(value));
            // Locks stay: after a removal, two could hold one.
            foreach (var old in Directory.GetFiles(Path).Where(old => File.GetLastWriteTimeUtc(old) < DateTime.UtcNow - forgotten
                && !old.EndsWith(CacheFile.Lock, StringComparison.Ordinal)))
                File.Delete(old);
        }
        catch (Exception e) when (e is SshpodException or IOException or UnauthorizedAccessException)
        {
            Log.Debug($"not remembered in {file}: {e.Message}");
        }
    }
}

/// <summary>
/// One thing that is remembered. A file that is lost, unreadable or wrong costs an attempt and nothing else, so reading, writing and
/// forgetting never throw.
/// </summary>
/// <typeparam name="T">What is remembered.</typeparam>
public sealed class CacheFile<T> where T : class
{
    private readonly CacheFolder<T> _folder;
    private readonly string _path;

    internal CacheFile(CacheFolder<T> folder, string name) => (_folder, _path) = (folder, Path.Combine(folder.Path, name));

    /// <summary>When it was written; in 1601 for one that does not exist.</summary>
    public DateTime Written => File.GetLastWriteTimeUtc(_path);

    /// <summary>How long ago it was written. A time in the future proves nothing, so it counts as long ago as it is ahead.</summary>
    public TimeSpan Age => (DateTime.UtcNow - Written).Duration();

    /// <summary>What is remembered; null if nothing is.</summary>
    public T? Read() => _folder.Read(_path);

    /// <summary>Remembers something, and removes files of this kind that were long not used.</summary>
    public void Write(T value) => _folder.Write(_path, value);

    /// <summary>Forgets it.</summary>
    public void Delete()
    {
        try
        {
            File.Delete(_path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.Debug($"not forgotten in {_path}: {e.Message}");
        }
    }

    /// <summary>Takes the right to write it, until that is disposed; null while another process has it.</summary>
    /// <exception cref="SshpodException">The folder cannot be created.</exception>
    public LockFile? TakeOrNull()
    {
        ClientDirectory.Create(_folder.Path);
        return LockFile.TakeOrNull(_path + CacheFile.Lock);
    }
}

/// <summary>Names and contents of <see cref="CacheFile{T}"/>.</summary>
public static class CacheFile
{
    internal const string Lock = ".lock";

    /// <summary>A folder of files that hold a text.</summary>
    /// <param name="folder">Name of the folder.</param>
    /// <param name="forgotten">How long a file stays that nobody writes or uses.</param>
    public static CacheFolder<string> Texts(string folder, TimeSpan forgotten) =>
        new(folder, forgotten, Encoding.UTF8.GetBytes, Encoding.UTF8.GetString);

    /// <summary>A name for what a file is about.</summary>
    /// <param name="about">Its parts.</param>
    public static string Name(params IEnumerable<string?> about) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', about))))[..32];
}
