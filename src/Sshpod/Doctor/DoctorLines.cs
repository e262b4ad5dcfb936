namespace Sshpod.Doctor;

/// <summary>
/// The checks as lines: the outcome, the hop, what was found, and who can change what. Colours only repeat what the words say.
/// </summary>
/// <param name="output">Where to write them.</param>
/// <param name="isColoured">Whether colours may be used.</param>
internal sealed class DoctorLines(TextWriter output, bool isColoured)
{
    private const string Reset = "\e[0m";
    private const int OutcomeWidth = 8, NameWidth = 20;

    /// <summary>Whether stdout is a terminal that shows colours, and the user has not disabled them (no-color.org).</summary>
    public static bool MayColour => !Console.IsOutputRedirected
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") is not "dumb";

    /// <summary>Writes one finding.</summary>
    public void Write(Finding finding)
    {
        var outcome = finding.Outcome.ToString().ToLowerInvariant();
        var coloured = isColoured ? $"{Colour(finding.Outcome)}{outcome}{Reset}" : outcome;
        var hint = finding.Hint is null ? "" : $"; {finding.Who}: {finding.Hint}";
        var gap = new string(' ', OutcomeWidth - outcome.Length);
        output.WriteLine($"{coloured}{gap} {finding.Name.PadRight(NameWidth)} {finding.Text}{hint}");
    }

    private static string Colour(CheckOutcome outcome) => outcome switch
    {
        CheckOutcome.Ok => "\e[32m",
        CheckOutcome.Warning => "\e[33m",
        CheckOutcome.Failure => "\e[31m",
        _ => "\e[2m",
    };
}
