using Sshpod.Terminal;

namespace Sshpod.Tests.Terminal;

public class SpellingTests
{
    [Theory]
    [InlineData("wbe", "web")]
    [InlineData("databse", "database")]
    [InlineData("web", "web-5d4f8c7b9-x2k4q")]
    public void A_misspelled_name_finds_the_one_that_was_meant(string typed, string meant) =>
        Assert.Equal(meant, Spelling.Nearest(typed, ["cache", meant, "queue"]));

    [Fact]
    public void A_name_like_no_other_finds_none() => Assert.Null(Spelling.Nearest("frontend", ["cache", "web", "queue"]));
}
