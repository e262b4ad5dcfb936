using System.CommandLine;
using System.Text.RegularExpressions;
using Sshpod.Commands;

namespace Sshpod.Tests;

/// <summary>Checks docs/sshpod.1 against the program.</summary>
public partial class ManualTests
{
    private static readonly string Manual = File.ReadAllText(Path.Combine(Document.Root, "docs/sshpod.1"));

    private static readonly RootCommand Root = CommandLine.Create();

    public static TheoryData<string> Commands => [.. Root.Subcommands.Where(command => !command.Hidden).Select(command => command.Name)];

    [Theory, MemberData(nameof(Commands))]
    public void Each_command_has_its_options_and_no_others_in_the_manual(string name)
    {
        // From its heading to the next.
        var section = Regex.Match(Manual, $@"^\.Ss {name}\b.*\n(?<body>(?!\.S[sh] )(.*\n(?!\.S[sh] ))*.*\n)",
            RegexOptions.Multiline).Groups["body"].Value;
        Assert.NotEmpty(section);
        var command = Root.Subcommands.Single(command => command.Name == name);
        Assert.Equal(command.Options.Where(option => !option.Hidden).Select(option => option.Name).Order(), Options(section).Order());
    }

    [Fact]
    public void Each_command_is_there_once_in_the_order_of_help() => Assert.Equal(
        Root.Subcommands.Where(command => !command.Hidden).Select(command => command.Name),
        Heading().Matches(Manual).Select(match => match.Groups[1].Value));

    [Fact]
    public void Options_of_every_command_are_in_the_manual() =>
    Assert.Equal(["--help", "--version"], Options(Manual[..Manual.IndexOf("\n.Ss ", StringComparison.Ordinal)]));

    [Fact]
    public void Each_variable_that_the_program_reads_is_in_the_manual_and_no_other() => Assert.Equal(
        Directory.GetFiles(Path.Combine(Document.Root, "src/Sshpod"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => VariableInSource().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value)).Distinct()
            .Order(),
        VariableInManual().Matches(Manual).Select(match => match.Groups[1].Value).Order());

    // The last flag of an item is its long name: `.It Fl h , -help`, `.It Fl -all`.
    private static IEnumerable<string> Options(string text) => Option().Matches(text).Select(match => $"-{match.Groups[1].Value}");

    [GeneratedRegex(@"^\.It Fl (?:. , )?(-[a-z-]+)", RegexOptions.Multiline)]
    private static partial Regex Option();

    [GeneratedRegex(@"^\.Ss (\w+)", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex("\"(SSHPOD_[A-Z_]+)\"")]
    private static partial Regex VariableInSource();

    [GeneratedRegex(@"^\.It Ev (SSHPOD_[A-Z_]+)$", RegexOptions.Multiline)]
    private static partial Regex VariableInManual();
}
