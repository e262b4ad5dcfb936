namespace Sshpod.Bench;

/// <summary>One way to do it.</summary>
/// <param name="Name">As the table names it.</param>
/// <param name="RunAsync">Does it once, given the number of the round.</param>
internal sealed record Contender(string Name, Func<int, Task<Cost>> RunAsync);

/// <summary>The same task done in several ways, in turn: what else happens on the machine hits all of them.</summary>
/// <param name="Task">What is done.</param>
/// <param name="Rounds">How often.</param>
/// <param name="Contenders">The first is what the others are compared with.</param>
internal sealed record Comparison(string Task, int Rounds, IReadOnlyList<Contender> Contenders)
{
    /// <summary>Measures, after one round that does not count.</summary>
    public async Task<IReadOnlyList<Row>> MeasureAsync()
    {
        var costs = Contenders.ToDictionary(contender => contender, _ => new List<Cost>());
        for (var round = 0; round <= Rounds; round++)
            foreach (var contender in Contenders)
            {
                var cost = await contender.RunAsync(round);
                if (round > 0)
                    costs[contender].Add(cost);
            }
        var first = costs[Contenders[0]];
        return
        [
            .. Contenders.Select(contender => new Row(Task, contender.Name,
                Median(costs[contender].Select(cost => cost.Seconds)), Median(costs[contender].Select(cost => cost.Cpu)),
                // Pair by pair, so that a machine that becomes slow in between does not count.
                Median(costs[contender].Zip(first, (cost, reference) => cost.Seconds / reference.Seconds)))),
        ];
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}

/// <summary>A row of the table.</summary>
/// <param name="Task">What was done.</param>
/// <param name="Contender">How.</param>
/// <param name="Seconds">Median.</param>
/// <param name="Cpu">Median of the client's CPU seconds.</param>
/// <param name="Ratio">Median of the times divided by those of the first way.</param>
internal sealed record Row(string Task, string Contender, double Seconds, double Cpu, double Ratio);
