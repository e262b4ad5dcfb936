using Sshpod.HostNames;
using Sshpod.Machine;
using Sshpod.Ssh;
using Sshpod.Terminal;

namespace Sshpod.Settings;

/// <summary>
/// What the user wants, from environment variables, else from <see cref="File"/>, else as it is by default. All of it is as it was when the
/// process took it. Each value is judged when it is wanted: one that is wrong keeps no command from its work that does without it.
/// </summary>
public sealed class UserSettings
{
    /// <summary>How long a target that is starting is waited for by default.</summary>
    public static readonly TimeSpan UsualWait = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan UsualIdle = TimeSpan.FromMinutes(10);

    private static readonly AccessTime UsualAccess = new(TimeSpan.FromDays(1));

    private readonly Dictionary<string, string> _variables = [];
    private readonly Lazy<FileSettings> _file;

    /// <summary>Takes them.</summary>
    /// <param name="file">The file, which need not be there.</param>
    /// <param name="variable">Tells the value of an environment variable.</param>
    internal UserSettings(string file, Func<string, string?> variable)
    {
        foreach (var name in Setting.Variables)
            if (variable(name) is { Length: > 0 } text)
                _variables.Add(name, text);
        Content = new FileOnce(file);
        _file = new(() => Read(Content));
    }

    /// <summary>The file: <c>~/.config/sshpod/config.yaml</c>.</summary>
    public static string File { get; } = ClientDirectory.Settings;

    /// <summary>The settings of this user, now.</summary>
    public static UserSettings Take() => new(File, Environment.GetEnvironmentVariable);

    /// <summary>Names of their own.</summary>
    /// <exception cref="SshpodException">
    /// The file cannot be read or has something wrong; the message names file and line. So with all the others.
    /// </exception>
    public Aliases Aliases => _file.Value.Aliases;

    /// <summary>Container to take of a pod that has one of this name, where the host name gives none; null when none is set.</summary>
    public string? Container => _file.Value.Container;

    /// <summary>Path of the user's own key, absolute; null when none is set.</summary>
    public string? Identity => _file.Value.Identity;

    /// <summary>The key that logs in.</summary>
    public ClientIdentity ClientIdentity => new(Identity);

    /// <summary>Whether a login as another user of root's container goes without the container's environment.</summary>
    public bool CleanEnvironment => _file.Value.CleanEnvironment;

    /// <summary>
    /// How the cluster is reached: <c>SSHPOD_TRANSPORT</c>, else the setting <c>transport</c>, else by what understands the kubeconfig.
    /// </summary>
    /// <exception cref="SshpodException">The variable is no such value. So with the others that have one.</exception>
    public TransportKind Transport => Find(Setting.Transport, file => file.Transport ?? TransportKind.Auto);

    /// <summary>Who says so, where somebody does.</summary>
    public string TransportSource => _variables.ContainsKey(Setting.Transport.Variable) ? Setting.Transport.Variable : File;

    /// <summary>The only tunnel to try: <c>SSHPOD_TUNNEL</c>, else the setting <c>tunnel</c>; null for whatever works.</summary>
    public TunnelKind? Tunnel => Find(Setting.Tunnel, file => file.Tunnel);

    /// <summary>
    /// How long a server stays without a connection: <c>SSHPOD_IDLE</c>, else the setting <c>idle</c>, else 10 minutes; zero is for ever.
    /// </summary>
    public TimeSpan Idle => Find(Setting.Idle, file => file.Idle ?? UsualIdle);

    /// <summary>
    /// How long a target that is starting is waited for: <c>SSHPOD_WAIT</c>, else the setting <c>wait</c>, else a minute; zero is not at
    /// all.
    /// </summary>
    public TimeSpan Wait => Find(Setting.Wait, file => file.Wait ?? UsualWait);

    /// <summary>
    /// How long a key that a connection brings into a container may log in there: <c>SSHPOD_ACCESS</c>, else the setting <c>access</c>,
    /// else a day.
    /// </summary>
    public AccessTime Access => Find(Setting.Access, file => file.Access ?? UsualAccess);

    /// <summary>
    /// Whether the server may be where other containers could take it over, for those who trust every container of their pods:
    /// <c>SSHPOD_SHARED_PLACES</c>, else the setting <c>shared-places</c>, else not.
    /// </summary>
    public bool AllowsSharedPlaces => Find(Setting.SharedPlaces, file => file.SharedPlaces);

    /// <summary>The file as it is, for whoever only compares.</summary>
    internal FileOnce Content { get; }

    /// <summary>The text of a variable, for whoever only compares; empty where it is not set.</summary>
    internal string Text<T>(Setting<T> setting) => _variables.GetValueOrDefault(setting.Variable, "");

    private T Find<T>(Setting<T> setting, Func<FileSettings, T> inFile) =>
        !_variables.TryGetValue(setting.Variable, out var text) ? inFile(_file.Value)
        : setting.TryParse(text, out var value) ? value
        : throw new SshpodException($"{setting.Variable} is \"{text}\"", setting.VariableHint);

    private static FileSettings Read(FileOnce file)
    {
        try
        {
            // Asked first: most have no file, and an exception would cost them more than the question.
            if (!System.IO.File.Exists(file.Path))
                return FileSettings.None;
            using var reader = file.OpenText();
            var settings = SettingsFile.Parse(file.Path, reader.ReadToEnd());
            Log.Debug($"settings: {file.Path}");
            return settings;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SshpodException($"cannot read {file.Path}: {e.Message}", "make it readable for you");
        }
    }
}
