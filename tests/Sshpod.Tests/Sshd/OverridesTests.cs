namespace Sshpod.Tests.Sshd;

public class OverridesTests
{
    private static readonly CSources Ours = CSources.Read(Path.Combine(Document.Root, "sshd/overrides"));

    [Fact]
    public void Every_file_has_its_place_in_the_order() =>
        Assert.Equal(Ours.Files.Keys.Order(StringComparer.Ordinal), Ours.Order.Order(StringComparer.Ordinal));

    [Fact]
    public void A_function_is_defined_in_the_file_of_its_section() => Assert.Equal([], Ours.Misplaced);

    [Fact]
    public void A_file_uses_only_files_that_stand_above_it_in_the_order()
    {
        Assert.Contains(("server.c", "listener_activate", "listener.c"), Ours.Uses);
        Assert.Equal([], Ours.UsesAgainstTheOrder);
    }

    [Fact]
    public void A_file_has_at_least_15_and_at_most_250_lines() =>
        Assert.All(Ours.Files, file => Assert.InRange(file.Value.Split('\n').Length - 1, 15, 250));

    [Theory]
    [InlineData("void\nlow(void)\n{\n\thigh();\n}\n", "high")]
    [InlineData("void (*later)(void) = high;\n", "high")]
    [InlineData("static int\nlow(void)\n{\n\treturn high_state.count;\n}\n", "high_state")]
    // The replacement of a libc function has the same name.
    [InlineData("void\nlow(void)\n{\n\tumask(0);\n}\n", "umask")]
    public void A_planted_use_of_a_file_below_is_found(string low, string name) =>
        Assert.Equal([("low.c", name, "high.c")], Planted(low).UsesAgainstTheOrder);

    [Theory]
    [InlineData("/* high() */\n")]
    [InlineData("static const char text[] = \"high()\";\n")]
    [InlineData("static int\nhigh(void)\n{\n\treturn 0;\n}\nint low(void) { return high(); }\n")]
    [InlineData("int low(struct low *low) { return low->high; }\n")]
    public void What_is_no_use_is_not_found(string low) => Assert.Equal([], Planted(low).UsesAgainstTheOrder);

    private static CSources Planted(string low) => CSources.Parse(
        "/* low.c: The lower one. */\nvoid low(void);\n\n/* high.c: The higher one. */\nvoid high(void);\n",
        new Dictionary<string, string>
        {
            ["low.c"] = low,
            ["high.c"] =
            "struct state high_state;\n\nvoid\nhigh(void)\n{\n\tlow();\n}\n\nmode_t\numask(mode_t mask)\n{\n\treturn mask;\n}\n",
        });
}
