namespace Sshpod.Terminal;

/// <summary>The terminal that this process belongs to, wherever its stdin, stdout and stderr lead.</summary>
public static class ControllingTerminal
{
    /// <summary>
    /// Whether there is one. To be asked before the process leaves its session, as the proxy of a shared connection does. Windows has no
    /// such file; there a console on stderr, which ssh does not redirect, counts.
    /// </summary>
    public static bool Exists
    {
        get
        {
            if (OperatingSystem.IsWindows())
                return !Console.IsErrorRedirected;
            try
            {
                using var terminal = File.OpenHandle("/dev/tty", FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
                return true;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }
    }
}
