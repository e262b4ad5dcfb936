using Sshpod.Settings;

namespace Sshpod.Tests.Settings;

public class PeriodTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("90", 90)]
    [InlineData("90s", 90)]
    [InlineData("10m", 600)]
    [InlineData("2h", 7200)]
    [InlineData("8760h", 31536000)]
    public void A_time_is_a_number_with_or_without_a_unit(string text, int seconds) =>
    Assert.Equal(TimeSpan.FromSeconds(seconds), Period.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("-1")]
    [InlineData("1.5m")]
    [InlineData("1d")]
    [InlineData("1 m")]
    [InlineData("10mm")]
    [InlineData("8761h")]
    [InlineData("99999999999")]
    public void Anything_else_is_not_a_period(string text) => Assert.Null(Period.Parse(text));
}
