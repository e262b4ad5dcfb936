using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Sshpod.Clusters.Objects;

/// <summary>
/// The names of helpers. All clients compute the same ones, so that two that add a helper at once add one; a restarted container gets
/// others.
/// </summary>
public static class HelperName
{
    /// <summary>How many helpers a container gets. None can be removed from the pod's record.</summary>
    public const int Max = 10;

    private const string Prefix = "sshpod-";

    // A part of the digest: a pod has a few.
    private const int Digits = 8;

    /// <summary>The name of a helper.</summary>
    /// <param name="container">The container that it is for.</param>
    /// <param name="number">How many were added for this very container before, and have ended.</param>
    public static string Of(PodContainer container, int number) =>
        Prefix + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"{container.PodUid}/{container.Container}/{container.ContainerId}/{number}"))))[..Digits];

    /// <summary>All names that a container's helpers may have, in the order in which they are given.</summary>
    public static IEnumerable<string> All(PodContainer container) => Enumerable.Range(0, Max).Select(number => Of(container, number));

    /// <summary>Whether an ephemeral container of this name is a helper.</summary>
    public static bool IsOne(string name) => name.Length == Prefix.Length + Digits && name.StartsWith(Prefix, StringComparison.Ordinal)
        && name[Prefix.Length..].All(char.IsAsciiHexDigitLower);
}
