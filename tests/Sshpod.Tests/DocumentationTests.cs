using System.Diagnostics;
using System.Text.RegularExpressions;
using Sshpod.Commands;

namespace Sshpod.Tests;

/// <summary>
/// Blocks marked <c>sh</c> in the documentation can be run as they are; blocks marked <c>console</c> have names to fill in.
/// </summary>
public partial class DocumentationTests
{
    internal static string Root => Document.Root;

    public static TheoryData<string, string> Commands => [.. Documents().Select(file => Path.GetRelativePath(Root, file)).SelectMany(file =>
        Document.Sections(file).SelectMany(section => section.Blocks).Where(block => block.Language == "sh")
        .SelectMany(block => block.Commands)
            .Select(line => (file, line.Split(" #")[0].Trim())).Distinct())];

    [Theory, MemberData(nameof(Commands))]
    public void A_command_in_the_documentation_exists(string document, string command)
    {
        var words = command.Split(' ').SkipWhile(word => word.Contains('=', StringComparison.Ordinal)).ToArray();
        Assert.True(words switch
        {
            ["make", .. var arguments] => Succeeds("make", ["-n", .. arguments]),
            ["dotnet" or "export", ..] => true,
            [var program, ..] => File.Exists(Path.Combine(Root, program)) || BuiltProgram().IsMatch(program),
            [] => false,
        }, $"{document}: {command}");
    }

    [Fact]
    public void Every_command_of_sshpod_in_a_document_is_understood()
    {
        var shown = Documents().SelectMany(file => Document.Sections(Path.GetRelativePath(Root, file)))
            .SelectMany(section => section.Blocks).SelectMany(block => block.Shown);
        var lines = shown.Select(command => Sshpod().Match(command)).Where(match => match.Success)
            .Select(match => match.Groups["arguments"].Value.Trim()).ToArray();
        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.Null(UsageError.Find(CommandLine.Create().Parse(line.Length == 0 ? "help" : line))));
    }

    [Fact]
    public void Every_link_between_documents_leads_somewhere() => Assert.All(Documents(), document =>
        Assert.All(Link().Matches(File.ReadAllText(document)).Select(link => link.Groups["target"].Value), target =>
            Assert.True(Path.Exists(Path.Combine(Path.GetDirectoryName(document)!, target)), $"{document}: {target}")));

    [Fact]
    public void The_Japanese_README_has_the_headings_blocks_tables_and_links_of_the_English_one()
    {
        string english = File.ReadAllText(Path.Combine(Root, "README.md")), japanese = File.ReadAllText(Path.Combine(Root, "README.ja.md"));
        Assert.Equal(Document.Sections("README.md").Select(Bodies), Document.Sections("README.ja.md").Select(Bodies));
        // Levels of headings, list items and table rows, in order.
        Assert.Equal(Skeleton().Matches(english).Select(line => line.Value), Skeleton().Matches(japanese).Select(line => line.Value));
        Assert.Equal(Targets(english).Append("README.md").Order(), Targets(japanese).Append("README.ja.md").Order());

        static string[] Bodies(Section section) => [.. section.Blocks.Select(block => block.Body)];
        static IEnumerable<string> Targets(string text) => Link().Matches(text).Select(link => link.Groups["target"].Value);
    }

    [Fact]
    public void What_is_typed_is_no_file_whatever_the_line_before_it_ends_in() => Assert.All(
        Documents().SelectMany(file => Document.Sections(Path.GetRelativePath(Root, file))).SelectMany(section => section.Blocks),
        block => Assert.True(block.File is null || (FileName().IsMatch(block.File) && !block.Shown.Any()), block.File));

    [Fact]
    public void Every_recipe_has_a_test()
    {
        var tests = string.Concat(Directory.GetFiles(Path.Combine(Root, "tests/Sshpod.EndToEnd/Recipes"), "*.cs").Select(File.ReadAllText));
        Assert.All(Document.Sections("docs/recipes.md").Where(recipe => recipe.Blocks.Count > 0),
            recipe => Assert.Contains($"\"{recipe.Heading}\"", tests, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_test_that_a_document_names_is_there()
    {
        var tests = Directory.GetFiles(Path.Combine(Root, "tests"), "*Tests.cs", SearchOption.AllDirectories)
            .ToLookup(file => Path.GetFileNameWithoutExtension(file)!, File.ReadAllText);
        var named = Documents().SelectMany(file => TestName().Matches(File.ReadAllText(file))).ToArray();
        Assert.NotEmpty(named);
        Assert.All(named, name => Assert.Contains(tests[name.Groups["class"].Value], text =>
            !name.Groups["method"].Success || text.Contains($" {name.Groups["method"].Value}(", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_diagram_of_a_connection_has_the_files_in_the_order_in_which_the_code_uses_them()
    {
        var files = Diagram().ToArray();
        Assert.Contains("Commands/ProxyCommand.cs", files.Select(entry => entry.File));
        Assert.Contains("Connections/Connection.cs", files.Select(entry => entry.File));
        Assert.All(files, entry => Assert.True(File.Exists(Source(entry.File)), entry.File));
        for (var i = 0; i < files.Length; i++)
        {
            var (depth, parent) = files[i];
            var below = files[(i + 1)..].TakeWhile(entry => entry.Depth > depth)
                .Where(entry => entry.Depth == depth + 1).Select(entry => entry.File).ToArray();
            var used = below.Select(file => (File: file, At: FirstUse(parent, Path.GetFileNameWithoutExtension(file)))).ToArray();
            Assert.All(used, use => Assert.True(use.At >= 0, $"{parent} does not use {use.File}"));
            Assert.Equal(used.OrderBy(use => use.At).Select(use => use.File), below);
        }

        static string Source(string file) => Path.Combine(Root, "src/Sshpod", file);

        // A member of the type or its plural, or a constructor; not a mention in a signature or a comment.
        static int FirstUse(string file, string type)
        {
            var code = File.ReadLines(Source(file))
                .Where(line => !line.StartsWith("using ", StringComparison.Ordinal)
                    && !line.TrimStart().StartsWith("//", StringComparison.Ordinal));
            var match = Regex.Match(string.Join('\n', code), $@"(?<![\w.]){type}s?[.(]");
            return match.Success ? match.Index : -1;
        }
    }

    [Theory, InlineData("docs/configure.md", "configure"), InlineData("docs/list.md", "list")]
    public void A_table_of_options_has_those_of_the_command(string document, string command)
    {
        var options = CommandLine.Create().Subcommands.Single(candidate => candidate.Name == command).Options
            .Where(option => !option.Hidden).ToArray();
        var flags = OptionRow().Matches(File.ReadAllText(Path.Combine(Root, document)))
            .SelectMany(row => Flag().Matches(row.Value)).Select(flag => flag.Value).ToHashSet();
        Assert.All(flags, flag => Assert.Contains(options, option => option.Name == flag || option.Aliases.Contains(flag)));
        Assert.All(options, option =>
            Assert.True(flags.Contains(option.Name) || option.Aliases.Any(flags.Contains), $"{document} lacks {option.Name}"));
    }

    [Fact]
    public void Lines_end_at_140_columns_outside_of_tables_and_of_what_the_program_prints() =>
        Assert.All(Documents().Append(Path.Combine(Root, "docs/sshpod.1")), document =>
        {
            var shown = Document.Sections(Path.GetRelativePath(Root, document)).SelectMany(section => section.Blocks)
                .Where(block => block.IsExample).SelectMany(block => block.Body.Split('\n')).ToHashSet();
            Assert.DoesNotContain(File.ReadLines(document), line => line.Length > 140 && line[0] != '|' && !shown.Contains(line));
        });

    private static IEnumerable<(int Depth, string File)> Diagram() =>
        Document.Sections("docs/how-it-works.md").SelectMany(section => section.Blocks)
            .Single(block => block.Body.Contains("ProxyCommand.cs", StringComparison.Ordinal)).Body.Split('\n')
            .Select(line => DiagramLine().Match(line)).Where(line => line.Success)
            .Select(line => (line.Groups["indent"].Length / 4, line.Groups["file"].Value));

    private static IEnumerable<string> Documents() =>
        Directory.GetFiles(Root, "*.md").Concat(Directory.GetFiles(Path.Combine(Root, "docs"), "*.md"));

    private static bool Succeeds(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true
        })!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    [GeneratedRegex(@"^[a-z~./][\w~./-]*$")]
    private static partial Regex FileName();

    [GeneratedRegex(@"^(?<indent>[ │├└─]*)(?<file>[\w/]+\.cs)\b")]
    private static partial Regex DiagramLine();

    [GeneratedRegex(@"^\| `-[^|]*\|", RegexOptions.Multiline)]
    private static partial Regex OptionRow();

    [GeneratedRegex(@"(?<=`)--?[A-Za-z][a-z-]*")]
    private static partial Regex Flag();

    [GeneratedRegex(@"^(#+ |- |\|(?=[^-]))", RegexOptions.Multiline)]
    private static partial Regex Skeleton();

    [GeneratedRegex(@"^([A-Z_]+=\S+ )*sshpod(?<arguments> [^|;>#&]*|$)")]
    private static partial Regex Sshpod();

    [GeneratedRegex(@"`(?<class>\w+Tests)(\.(?<method>\w+))?`")]
    private static partial Regex TestName();

    [GeneratedRegex(@"\]\((?<target>[^):#]+)(#[^)]*)?\)")]
    private static partial Regex Link();

    // tests/Sshpod.Tests/bin/Release/net10.0/Sshpod.Tests: exists when the tests run.
    [GeneratedRegex("^(artifacts/|tests/Sshpod)")]
    private static partial Regex BuiltProgram();
}
