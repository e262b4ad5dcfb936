using System.Globalization;
using System.Text.RegularExpressions;

namespace Sshpod.Clusters.Objects;

/// <summary>The version of an API server, as far as something depends on it.</summary>
/// <param name="Major">The first number.</param>
/// <param name="Minor">The second.</param>
internal sealed partial record KubernetesVersion(int Major, int Minor)
{
    /// <summary>Whether a WebSocket for exec or port-forward needs the right <c>create</c> as well as <c>get</c>.</summary>
    public bool WebSocketsNeedCreate => Major > 1 || (Major == 1 && Minor >= 35);

    /// <summary>Reads a version as the API server gives it: <c>v1.34.1</c>, <c>v1.27.3-gke.100</c>.</summary>
    /// <returns>Null if it is something else.</returns>
    public static KubernetesVersion? Parse(string text) =>
        Numbers().Match(text) is { Success: true } numbers
            ? new KubernetesVersion(Number(numbers.Groups["major"]), Number(numbers.Groups["minor"])) : null;

    private static int Number(Group digits) => int.Parse(digits.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^v?(?<major>[0-9]{1,4})\.(?<minor>[0-9]{1,4})\b")]
    private static partial Regex Numbers();
}
