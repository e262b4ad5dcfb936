using System.Security.Cryptography;
using System.Text;
using Sshpod.HostNames;
using Sshpod.Machine;
using Sshpod.Terminal;

namespace Sshpod.Targets;

/// <summary>
/// Remembers which pod of a deployment or job was chosen, so that the next connection lands in the same one. It is a convenience: a file
/// that is lost, unreadable or wrong only means choosing again.
/// </summary>
/// <param name="address">The deployment or job, with its namespace and without a container.</param>
public sealed class ChosenPod(PodAddress address)
{
    // Hashed, since an address can exceed the maximum length of a file name.
    private readonly string _file = Path.Combine(ClientDirectory.Cache, "chosen-pods",
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(address.ToString())))[..32]);

    /// <summary>UID of the pod that was chosen last; null if none is remembered.</summary>
    public string? Read()
    {
        try
        {
            return File.ReadAllText(_file).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Remembers the pod with this UID.</summary>
    public void Write(string uid)
    {
        if (Read() == uid)
            return;
        try
        {
            ClientDirectory.Create(Path.GetDirectoryName(_file)!);
            ClientDirectory.Replace(_file, uid);
        }
        catch (SshpodException e)
        {
            Log.Debug($"chosen pod not remembered: {e.Line}");
        }
    }
}
