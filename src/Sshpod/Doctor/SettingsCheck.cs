using Sshpod.Settings;

namespace Sshpod.Doctor;

/// <summary>The user's settings: that the file, if there is one, can be read and has no errors.</summary>
internal static class SettingsCheck
{
    /// <summary>Reads them.</summary>
    public static Finding<UserSettings> Run(UserSettings settings)
    {
        var names = settings.Aliases;
        if (!File.Exists(UserSettings.File))
            return Finding.Ok(settings, $"none: {UserSettings.File} is not there");
        var aliases = names.Contexts.Count + names.Namespaces.Count + names.Targets.Count;
        return Finding.Ok(settings, $"{UserSettings.File}, with {aliases} {(aliases == 1 ? "alias" : "aliases")}");
    }
}
