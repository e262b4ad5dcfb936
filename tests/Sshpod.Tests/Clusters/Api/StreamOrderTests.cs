using System.Text.RegularExpressions;
using Sshpod.Clusters.Api.Streams;

namespace Sshpod.Tests.Clusters.Api;

/// <summary>Names of ways, which are kept in files.</summary>
public sealed partial class StreamOrderTests
{
    [Fact]
    public void What_the_bench_lets_sshpod_prefer_is_known_to_it_by_that_name()
    {
        var nearby = StreamOrder.Usual.Nearby!;
        var preferred = Preference().Matches(File.ReadAllText(Path.Combine(Document.Root, "bench", "Client.cs")));
        Assert.Equal(4, preferred.Count);
        Assert.All(preferred, match => Assert.Contains(match.Groups["way"].Value,
            (match.Groups["stream"].Value == "exec" ? nearby.Exec : nearby.PortForward).Select(way => $"{way}")));
    }

    [Fact]
    public void What_was_refused_far_away_is_known_nearby()
    {
        var (far, nearby) = (StreamOrder.Usual, StreamOrder.Usual.Nearby!);
        Assert.Equal(far.Exec.Select(way => $"{way}").Order(), nearby.Exec.Select(way => $"{way}").Order());
        Assert.Equal(far.PortForward.Select(way => $"{way}").Order(), nearby.PortForward.Select(way => $"{way}").Order());
    }

    [GeneratedRegex("""\("(?<stream>exec|port-forward)", "(?<way>[^"]+)"\)""")]
    private static partial Regex Preference();
}
