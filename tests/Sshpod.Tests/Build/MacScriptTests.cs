namespace Sshpod.Tests.Build;

/// <summary>Scripts that may run on macOS, whose bash is 3.2 and whose tools are BSD's.</summary>
public class MacScriptTests
{
    // What they lack, each with a line that has it.
    private static readonly (string Pattern, string Example)[] Missing =
    [
        (@"\b(mapfile|readarray|coproc)\b", "mapfile -t lines <file"),
        (@"\b(declare|local|typeset) +-[A-Za-z]*[Agnlu]", "local -A known"),
        (@"\$\{\w+(\[[^]]*\])?(,|\^|@[A-Za-z]\})", "echo ${name,,}"),
        (@"\$\{\w+\[-", "echo ${names[-1]}"),
        (@"&>>|\|&", "make |& tee log"),
        (@"\bwait -n\b|\bBASHPID\b|\bEPOCH(SECONDS|REALTIME)\b|printf[^\n]*%\([^)]*\)T", "wait -n"),
        (@"\bshopt -s [^;\n]*\b(globstar|lastpipe|inherit_errexit)\b", "shopt -s nullglob inherit_errexit"),
        // Under `set -u`, the elements of an empty array are an unset variable.
        (@"=\(\)", "local names=() name"),
        (@"\binstall\b[^|;&\n]* -[A-Za-z]*D", "install -Dm755 program /usr/bin/program"),
        (@"\b(realpath|tac|readlink -f|stat -c|sed -i|head -n -)", "file=$(realpath \"$1\")"),
        (@"\bgrep -[A-Za-z]*P|\bsort -[A-Za-z]*V|\bxargs [^|\n]*-d|\bfind [^|\n]*-printf|\btouch [^|;\n]*-d", "sort -uV names"),
        // BSD's date reads a date with -r.
        (@"\bdate [^|;)\n]*-d(?![^\n]*\|\| date )", "date -d \"@$epoch\" +%F"),
        // Of basic regular expressions; -E has them.
        (@"\b(sed|grep)(?! -[a-zA-Z]*E)[^|\n]*\\[+?|]", @"sed -n '/^wget\|ERROR/p' log"),
    ];

    private static readonly string[] Mac =
    [
        "Makefile", "install.sh", "build/published", "build/pack.sh", "build/publish.sh", "build/release.sh", "packaging/package.sh",
    ];

    public static TheoryData<string> Scripts => [.. Mac];

    [Theory, MemberData(nameof(Scripts))]
    public void A_script_for_macOS_needs_nothing_newer_than_bash_3_2_and_nothing_of_GNU_alone(string script)
    {
        var lines = File.ReadLines(Path.Combine(Document.Root, script)).Where(line => !line.TrimStart().StartsWith('#')).ToArray();
        Assert.All(Missing, missing => Assert.All(lines, line => Assert.DoesNotMatch(missing.Pattern, line)));
    }

    [Fact]
    public void What_macOS_lacks_is_found() =>
        Assert.All(Missing, missing => Assert.Matches(missing.Pattern, missing.Example));

    [Fact]
    public void Each_script_that_builds_is_for_macOS_or_is_known_not_to_be()
    {
        string[] elsewhere = ["build/lint.sh", "build/static.sh", "build/static/cc.sh", "build/test.sh"];
        var found = Directory.EnumerateFiles(Path.Combine(Document.Root, "build"), "*.sh", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Document.Root, file).Replace('\\', '/'));
        Assert.Equal(found.Order(StringComparer.Ordinal), Mac.Where(script => script.StartsWith("build/", StringComparison.Ordinal))
            .Where(script => Path.GetExtension(script) == ".sh").Concat(elsewhere).Order(StringComparer.Ordinal));
    }
}
