namespace Sshpod.EndToEnd.Fixtures;

/// <summary>A shell script in place of a program that is not available here, such as an old ssh or a credential plugin.</summary>
public static class FakeProgram
{
    /// <summary>Puts it first on the user's PATH.</summary>
    public static void Install(Workstation workstation, string name, string script)
    {
        var directory = Directory.CreateDirectory(workstation.File("fakes")).FullName;
        var file = Path.Combine(directory, name);
        File.WriteAllText(file, $"#!/bin/bash\n{script}\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        workstation.Environment["PATH"] = $"{directory}:{Environment.GetEnvironmentVariable("PATH")}";
    }
}
