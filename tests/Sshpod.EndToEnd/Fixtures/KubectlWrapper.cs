namespace Sshpod.EndToEnd.Fixtures;

/// <summary>A kubectl on the user's PATH that does something before the real one, or instead of it.</summary>
public static class KubectlWrapper
{
    /// <summary>Puts a shell script ahead of the real kubectl, which it finds as <c>$kubectl</c>.</summary>
    public static void Install(Workstation workstation, string script)
    {
        FakeProgram.Install(workstation, "kubectl", $"kubectl={Workstation.Locate("kubectl")}\n{script}");
        workstation.Environment["SSHPOD_TRANSPORT"] = "kubectl";
    }
}
