using System.Text;

namespace Sshpod.Doctor;

/// <summary>A ProxyCommand that runs sshpod.</summary>
/// <param name="Program">Which sshpod, as the line names it.</param>
internal sealed record SshProxyCommand(string Program)
{
    /// <summary>Parses the line that ssh passes to the user's shell.</summary>
    /// <returns>Null if it does not run <c>PROGRAM proxy --host %n</c>, or <c>%h</c>.</returns>
    public static SshProxyCommand? Parse(string line)
    {
        var words = Words(line.Replace("%%", "%", StringComparison.Ordinal));
        if (words is ["exec", .. var rest])
            words = rest;
        var proxy = Array.IndexOf(words, "proxy");
        var host = Array.IndexOf(words, "--host");
        return proxy > 0 && host > proxy && words.ElementAtOrDefault(host + 1) is "%n" or "%h"
            ? new SshProxyCommand(string.Join(' ', words[..proxy]))
            : null;
    }

    // Words as a shell splits them: both kinds of quotes, and outside quotes a backslash, which Windows uses in paths.
    private static string[] Words(string line)
    {
        List<string> words = [];
        StringBuilder? word = null;
        char? quote = null;
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (quote is null && char.IsWhiteSpace(c))
            {
                if (word is not null)
                    words.Add(word.ToString());
                word = null;
                continue;
            }
            word ??= new StringBuilder();
            if (c == quote)
                quote = null;
            else if (quote is null && c is '"' or '\'')
                quote = c;
            else if (quote is null && c == '\\' && !OperatingSystem.IsWindows() && i + 1 < line.Length)
                word.Append(line[++i]);
            else
                word.Append(c);
        }
        if (word is not null)
            words.Add(word.ToString());
        return [.. words];
    }
}
