namespace Sshpod.Terminal;

/// <summary>Formats an age in a single unit: enough to tell old from new.</summary>
public static class Age
{
    /// <summary>Formats an age, such as <c>12s</c>, <c>3m</c>, <c>5h</c>, <c>40d</c>.</summary>
    /// <param name="time">The age; a negative one, where clocks differ, counts as zero.</param>
    public static string Format(TimeSpan time) => time switch
    {
        { TotalMinutes: < 1 } => $"{Math.Max(0, (int)time.TotalSeconds)}s",
        { TotalHours: < 1 } => $"{(int)time.TotalMinutes}m",
        { TotalDays: < 1 } => $"{(int)time.TotalHours}h",
        _ => $"{(int)time.TotalDays}d",
    };
}
