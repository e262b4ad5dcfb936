namespace Sshpod.Bench;

/// <summary>One way to do it.</summary>
/// <param name="Name">As the table names it.</param>
/// <param name="RunAsync">Does it once, given the number of the round.</param>
internal sealed record Contender(string Name, Func<int, Task<Cost>> RunAsync);

/// <summary>The same task done in several ways, in turn: what else happens on the machine hits all of them.</summary>
/// <param name="Task">What is done.</param>
/// <param name="Rounds">How often.</param>
/// <param name="Contenders">The first is what the others are compared with.</param>
/// <param name="Container">Whose CPU seconds are counted too; null where they are not.</param>
internal sealed record Comparison(string Task, int Rounds, IReadOnlyList<Contender> Contenders, Container? Container)
{
    /// <summary>Measures, after one round that does not count.</summary>
    public async Task<IReadOnlyList<Row>> MeasureAsync()
    {
        var costs = Contenders.ToDictionary(contender => contender, _ => new List<Cost>());
        var container = Contenders.ToDictionary(contender => contender, _ => new List<double>());
        for (var round = 0; round <= Rounds; round++)
            foreach (var contender in Contenders)
            {
                var before = Container is null ? 0 : await Container.CpuAsync();
                var cost = await contender.RunAsync(round);
                if (round == 0)
                    continue;
                costs[contender].Add(cost);
                if (Container is not null)
                    container[contender].Add(await Container.CpuAsync() - before);
            }
        var first = costs[Contenders[0]];
        return
        [
            .. Contenders.Select(contender => new Row(Task, contender.Name,
                Median(costs[contender].Select(cost => cost.Seconds)), Median(costs[contender].Select(cost => cost.Cpu)),
                Container is null ? null : Median(container[contender]),
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
/// <param name="ContainerCpu">Median of the container's; null where they were not counted.</param>
/// <param name="Ratio">Median of the times divided by those of the first way.</param>
internal sealed record Row(string Task, string Contender, double Seconds, double Cpu, double? ContainerCpu, double Ratio);
