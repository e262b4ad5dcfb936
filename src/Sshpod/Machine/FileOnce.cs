namespace Sshpod.Machine;

/// <summary>A file that is read once, when somebody first wants it: whoever asks later, or for something else, is told the same.</summary>
/// <param name="path">The file.</param>
public sealed class FileOnce(string path)
{
    private readonly Lazy<byte[]> _content = new(() => File.ReadAllBytes(path));

    /// <summary>The file, as it was named.</summary>
    public string Path => path;

    /// <summary>What was in it. What kept it from being read is thrown every time.</summary>
    public ReadOnlySpan<byte> Content => _content.Value;

    /// <summary>The same as text: UTF-8, or what its byte order mark says.</summary>
    public StreamReader OpenText() => new(new MemoryStream(_content.Value, writable: false), detectEncodingFromByteOrderMarks: true);
}
