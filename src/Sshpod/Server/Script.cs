namespace Sshpod.Server;

/// <summary>The shell scripts that run in the container.</summary>
internal static class Script
{
    /// <summary>Reads a script without its comments and indentation, which are for readers of the source and not for URLs.</summary>
    public static string Read(string name)
    {
        using var reader = new StreamReader(Bundles.Open(name));
        var lines = reader.ReadToEnd().Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#');
        return string.Join('\n', lines);
    }
}
