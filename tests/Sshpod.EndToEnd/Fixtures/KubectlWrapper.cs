namespace Sshpod.EndToEnd.Fixtures;

/// <summary>A kubectl on the user's PATH that does something before the real one, or in its place.</summary>
public static class KubectlWrapper
{
    /// <summary>Puts a shell script before the real kubectl, which it finds as <c>$kubectl</c>.</summary>
    public static void Install(Workstation workstation, string script)
    {
        var directory = Directory.CreateDirectory(workstation.File("wrapper")).FullName;
        var file = Path.Combine(directory, "kubectl");
        File.WriteAllText(file, $"#!/bin/bash\nkubectl={Workstation.Locate("kubectl")}\n{script}\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        workstation.Environment["SSHPOD_TRANSPORT"] = "kubectl";
        workstation.Environment["PATH"] = $"{directory}:{Environment.GetEnvironmentVariable("PATH")}";
    }
}
