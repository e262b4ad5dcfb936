namespace Sshpod.Doctor;

/// <summary>How long the checks of the doctor may take.</summary>
internal static class DoctorLimits
{
    /// <summary>For one check: a healthy hop answers within a second or two, and a credential plugin may take longer.</summary>
    public static readonly TimeSpan Check = TimeSpan.FromSeconds(15);

    /// <summary>For the shell: where the container has none, several execs look for another, one after the other.</summary>
    public static readonly TimeSpan Shell = TimeSpan.FromSeconds(30);

    /// <summary>
    /// For starting the server, with an upload if need be: over a slow network that takes time, and each piece has a limit of its own.
    /// </summary>
    public static readonly TimeSpan Start = TimeSpan.FromSeconds(60);

    /// <summary>For a whole connection of ssh, which has all hops in it.</summary>
    public static readonly TimeSpan Login = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a cancelled check may take to end. Killing a program with its children inspects every process on the machine, which takes
    /// seconds on a busy one; if we left sooner, the program would survive, and keep anything waiting that reads our stderr to its end.
    /// </summary>
    public static readonly TimeSpan Ending = TimeSpan.FromSeconds(20);
}
