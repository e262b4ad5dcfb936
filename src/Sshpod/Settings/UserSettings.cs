using Sshpod.HostNames;
using Sshpod.Machine;
using Sshpod.Ssh;
using Sshpod.Terminal;

namespace Sshpod.Settings;

/// <summary>
/// The user's settings, from environment variables, else from <see cref="File"/>, else the defaults. They do not change while the process
/// runs. Each value is checked when it is needed: a wrong one does not stop a command that does not use it.
/// </summary>
public sealed class UserSettings
{
    /// <summary>How long to wait for a target that is starting, by default.</summary>
    public static readonly TimeSpan UsualWait = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan UsualIdle = TimeSpan.FromMinutes(10);

    private static readonly AccessTime UsualAccess = new(TimeSpan.FromDays(1));

    // About one megabyte, and static.
    private const string UsualEphemeralImage = "docker.io/library/busybox:musl";

    private readonly Dictionary<string, string> _variables = [];
    private readonly Lazy<FileSettings> _file;

    /// <summary>Reads the variables now, the file when needed.</summary>
    /// <param name="file">The file, which need not exist.</param>
    /// <param name="variable">Returns the value of an environment variable.</param>
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

    /// <summary>The current settings of this user.</summary>
    public static UserSettings Take() => new(File, Environment.GetEnvironmentVariable);

    /// <summary>The user's own names.</summary>
    /// <exception cref="SshpodException">
    /// The file cannot be read or has an error; the message names file and line. The same goes for all other properties.
    /// </exception>
    public Aliases Aliases => _file.Value.Aliases;

    /// <summary>The container to use if the pod has one of this name and the host name gives none; null if not set.</summary>
    public string? Container => _file.Value.Container;

    /// <summary>Absolute path of the user's own key; null if not set.</summary>
    public string? Identity => _file.Value.Identity;

    /// <summary>The key that logs in.</summary>
    public ClientIdentity ClientIdentity => new(Identity);

    /// <summary>Whether a login as another user in root's container does not get the container's environment.</summary>
    public bool CleanEnvironment => _file.Value.CleanEnvironment;

    /// <summary>
    /// How the cluster is reached: <c>SSHPOD_TRANSPORT</c>, else the setting <c>transport</c>, else by whichever supports the kubeconfig.
    /// </summary>
    /// <exception cref="SshpodException">The variable has an invalid value. The same goes for the other variables.</exception>
    public TransportKind Transport => Find(Setting.Transport, file => file.Transport ?? TransportKind.Auto);

    /// <summary>Where the transport is set, if it is set.</summary>
    public string TransportSource => _variables.ContainsKey(Setting.Transport.Variable) ? Setting.Transport.Variable : File;

    /// <summary>The only tunnel to try: <c>SSHPOD_TUNNEL</c>, else the setting <c>tunnel</c>; null to use whichever works.</summary>
    public TunnelKind? Tunnel => Find(Setting.Tunnel, file => file.Tunnel);

    /// <summary>
    /// How long a server keeps running without a connection: <c>SSHPOD_IDLE</c>, else the setting <c>idle</c>, else 10 minutes; zero means
    /// forever.
    /// </summary>
    public TimeSpan Idle => Find(Setting.Idle, file => file.Idle ?? UsualIdle);

    /// <summary>
    /// How long to wait for a target that is starting: <c>SSHPOD_WAIT</c>, else the setting <c>wait</c>, else a minute; zero means not at
    /// all.
    /// </summary>
    public TimeSpan Wait => Find(Setting.Wait, file => file.Wait ?? UsualWait);

    /// <summary>
    /// How long a key that a connection has brought into a container may log in there: <c>SSHPOD_ACCESS</c>, else the setting
    /// <c>access</c>, else a day.
    /// </summary>
    public AccessTime Access => Find(Setting.Access, file => file.Access ?? UsualAccess);

    /// <summary>
    /// Whether the server may be in a place where other containers could take it over, for users who trust every container of their pods:
    /// <c>SSHPOD_SHARED_PLACES</c>, else the setting <c>shared-places</c>, else no.
    /// </summary>
    public bool AllowsSharedPlaces => Find(Setting.SharedPlaces, file => file.SharedPlaces);

    /// <summary>
    /// Whether a container without a shell gets an ephemeral container, which its pod's record keeps: <c>SSHPOD_EPHEMERAL</c>, else what
    /// the alias says, else the setting <c>ephemeral</c>, else no.
    /// </summary>
    /// <param name="address">The container.</param>
    public bool AllowsEphemeral(PodAddress address) => Find(Setting.Ephemeral, file => address.Ephemeral ?? file.Ephemeral) ?? false;

    /// <summary>
    /// Its image: <c>SSHPOD_EPHEMERAL_IMAGE</c>, else the setting <c>ephemeral-image</c>, else busybox. A node that has it does not pull
    /// it.
    /// </summary>
    public string EphemeralImage => Find(Setting.EphemeralImage, file => file.EphemeralImage ?? UsualEphemeralImage);

    /// <summary>The raw file, for comparison only.</summary>
    internal FileOnce Content { get; }

    /// <summary>The raw text of a variable, for comparison only; empty if it is not set.</summary>
    internal string Text<T>(Setting<T> setting) => _variables.GetValueOrDefault(setting.Variable, "");

    private T Find<T>(Setting<T> setting, Func<FileSettings, T> inFile) =>
        !_variables.TryGetValue(setting.Variable, out var text) ? inFile(_file.Value)
        : setting.TryParse(text, out var value) ? value
        : throw new SshpodException($"{setting.Variable} is \"{text}\"", setting.VariableHint);

    private static FileSettings Read(FileOnce file)
    {
        try
        {
            // Checked first: most users have no file, and an exception would cost more than the check.
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
