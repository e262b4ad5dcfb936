namespace Sshpod.Machine;

/// <summary>A file that is read once, when it is first needed, so that all readers see the same content.</summary>
/// <param name="path">The file.</param>
public sealed class FileOnce(string path)
{
    private readonly Lazy<byte[]> _content = new(() => File.ReadAllBytes(path));

    /// <summary>The path, as given.</summary>
    public string Path => path;

    /// <summary>Its content. If it could not be read, every access throws the same exception.</summary>
    public ReadOnlySpan<byte> Content => _content.Value;

    /// <summary>Its content as text: UTF-8, or what its byte order mark says.</summary>
    public StreamReader OpenText() => new(new MemoryStream(_content.Value, writable: false), detectEncodingFromByteOrderMarks: true);
}
