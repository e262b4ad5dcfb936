using Sshpod.Clusters.Objects;

namespace Sshpod.Tests.Clusters.Objects;

public class QuantityTests
{
    [Theory]
    [InlineData("1048576", 1048576L)]
    [InlineData("1Mi", 1048576L)]
    [InlineData("1.5Ki", 1536L)]
    [InlineData("128M", 128_000_000L)]
    [InlineData("10k", 10_000L)]
    [InlineData("129e6", 129_000_000L)]
    [InlineData("1E3", 1_000L)]
    [InlineData("2E", 2_000_000_000_000_000_000L)]
    [InlineData("1500m", 2L)]
    [InlineData("0", 0L)]
    [InlineData("-1", 0L)]
    [InlineData("999Ei", long.MaxValue)]
    [InlineData("1e99", long.MaxValue)]
    [InlineData("1e999999999999", long.MaxValue)]
    [InlineData("1mi", null)]
    [InlineData("much", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void It_is_read_as_Kubernetes_does(string? text, long? expected) => Assert.Equal(expected, Quantity.Bytes(text));
}
