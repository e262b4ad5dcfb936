using Sshpod.Settings;

namespace Sshpod.Doctor;

/// <summary>The user's settings: that the file, where there is one, can be read and has nothing wrong.</summary>
internal static class SettingsCheck
{
    /// <summary>Reads them.</summary>
    public static Finding<UserSettings> Run()
    {
        var settings = UserSettings.Current;
        if (!File.Exists(UserSettings.File))
            return Finding.Ok(settings, $"none: {UserSettings.File} is not there");
        var aliases = settings.Aliases.Contexts.Count + settings.Aliases.Namespaces.Count + settings.Aliases.Targets.Count;
        return Finding.Ok(settings, $"{UserSettings.File}, with {aliases} {(aliases == 1 ? "alias" : "aliases")}");
    }
}
