using Sshpod.Clusters.Objects;

namespace Sshpod.Tests.Clusters.Objects;

public class LabelSelectorTests
{
    [Fact]
    public void A_selector_is_written_as_a_list_call_wants_it()
    {
        var selector = new LabelSelector(new Dictionary<string, string> { ["app"] = "web" },
        [
            new("tier", "In", ["a", "b"]), new("env", "NotIn", ["dev"]), new("track", "Exists"), new("old", "DoesNotExist"),
        ]);
        Assert.Equal("app=web,tier in (a,b),env notin (dev),track,!old", selector.ToString());
    }
}
