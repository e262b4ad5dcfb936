using System.Text;

namespace Sshpod.Terminal;

/// <summary>
/// stdout as it is: <see cref="Console.Out"/> first sends the terminal a sequence of its own, which switches the mode of its arrow keys.
/// </summary>
public static class StandardOutput
{
    /// <summary>Columns of the terminal that it is; null for anything else.</summary>
    public static int? TerminalWidth
    {
        get
        {
            if (Console.IsOutputRedirected)
                return null;
            // Without a TERM, the look at the width sends no such sequence either. Nothing else of this process reads it.
            Environment.SetEnvironmentVariable("TERM", null);
            return Console.WindowWidth;
        }
    }

    /// <summary>Writes a text. A reader that went away is not told anything more, as for any filter.</summary>
    public static async Task WriteAsync(string text, CancellationToken cancellation)
    {
        await using var output = Console.OpenStandardOutput();
        await output.WriteAsync(Encoding.UTF8.GetBytes(text), cancellation);
    }
}
