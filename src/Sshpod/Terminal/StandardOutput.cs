using System.Text;

namespace Sshpod.Terminal;

/// <summary>
/// Raw stdout: <see cref="Console.Out"/> first sends the terminal an escape sequence that switches the mode of its arrow keys.
/// </summary>
public static class StandardOutput
{
    /// <summary>Width of the terminal in columns; null if stdout is not a terminal.</summary>
    public static int? TerminalWidth
    {
        get
        {
            if (Console.IsOutputRedirected)
                return null;
            // Without TERM, reading the width does not send that sequence either. Nothing else in this process reads TERM.
            Environment.SetEnvironmentVariable("TERM", null);
            return Console.WindowWidth;
        }
    }

    /// <summary>Writes text. A reader that has gone away is not an error, as for any filter.</summary>
    public static async Task WriteAsync(string text, CancellationToken cancellation)
    {
        await using var output = Console.OpenStandardOutput();
        await output.WriteAsync(Encoding.UTF8.GetBytes(text), cancellation);
    }
}
