using System.Globalization;
using System.Text.RegularExpressions;

namespace Sshpod.EndToEnd.Fixtures;

/// <summary>A real terminal of a given size, with a program in it: a detached tmux session with a server of its own.</summary>
public sealed class TmuxTerminal : IAsyncDisposable
{
    private readonly Workstation _workstation;
    private readonly string _socket;

    private TmuxTerminal(Workstation workstation)
    {
        _workstation = workstation;
        // Of each terminal its own: a server that was told to end still answers for a moment.
        _socket = workstation.File($"tmux-{Guid.NewGuid().ToString("N")[..8]}");
    }

    /// <summary>Opens a terminal and runs a command line in it; when that ends, it shows <c>exit status N</c>.</summary>
    public static async Task<TmuxTerminal> StartAsync(Workstation workstation, int columns, int lines, string command)
    {
        var terminal = new TmuxTerminal(workstation);
        // No status line, so that the window is the whole terminal. tmux itself needs LANG.
        await File.WriteAllTextAsync(workstation.File("tmux.conf"), "set -g status off\nset -g default-terminal screen\n");
        await terminal.TmuxAsync("-f", workstation.File("tmux.conf"), "new-session", "-d", "-x", Number(columns), "-y", Number(lines),
            $"{command}; echo exit status $?; exec sleep 60");
        return terminal;
    }

    /// <summary>Types a line.</summary>
    public async Task TypeAsync(string line) => await TmuxAsync("send-keys", line, "Enter");

    /// <summary>Types without Enter.</summary>
    public async Task WriteAsync(string text) => await TmuxAsync("send-keys", "-l", "--", text);

    /// <summary>Presses a key, by tmux's name for it, such as <c>Tab</c> or <c>C-u</c>.</summary>
    public async Task PressAsync(string key) => await TmuxAsync("send-keys", key);

    /// <summary>Changes the size of the window.</summary>
    public async Task ResizeAsync(int columns, int lines) => await TmuxAsync("resize-window", "-x", Number(columns), "-y", Number(lines));

    /// <summary>Logs every byte that the terminal gets from now on to a file.</summary>
    public async Task LogAsync(string file) => await TmuxAsync("pipe-pane", $"cat >{file}");

    /// <summary>What the terminal shows.</summary>
    public async Task<string> ScreenAsync(bool withColours = false) =>
        (await TmuxAsync(["capture-pane", "-p", .. withColours ? ["-e"] : Array.Empty<string>()])).Text;

    /// <summary>The title of the window.</summary>
    public async Task<string> TitleAsync() => (await TmuxAsync("display-message", "-p", "#{pane_title}")).Text.TrimEnd();

    /// <summary>Waits until a line of the screen matches.</summary>
    public async Task WaitForAsync(string pattern)
    {
        var screen = "";
        try
        {
            await Eventually.HoldsAsync(pattern, async () => Regex.IsMatch(screen = await ScreenAsync(), pattern, RegexOptions.Multiline));
        }
        catch (TimeoutException)
        {
            Assert.Fail($"\"{pattern}\" does not appear on the terminal:\n{screen}");
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _workstation.RunAsync("tmux", "-S", _socket, "kill-server");

    private async Task<Outcome> TmuxAsync(params string[] arguments) =>
        (await _workstation.RunAsync("tmux", ["-S", _socket, .. arguments])).Successfully();

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
