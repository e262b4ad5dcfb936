namespace Sshpod.Bench;

/// <summary>One way to do the task.</summary>
/// <param name="Name">Its name in the table.</param>
/// <param name="RunAsync">Does it once; takes the number of the round.</param>
internal sealed record Contender(string Name, Func<int, Task<Cost>> RunAsync);

/// <summary>The same task done in several ways, in turn, so that other load on the machine affects all of them alike.</summary>
/// <param name="Task">What is done.</param>
/// <param name="Rounds">How many times.</param>
/// <param name="Contenders">The first is the baseline.</param>
/// <param name="Container">The container whose CPU seconds are also counted; null for none.</param>
internal sealed record Comparison(string Task, int Rounds, IReadOnlyList<Contender> Contenders, Container? Container)
{
    /// <summary>Measures, after one warm-up round.</summary>
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
                // Compare round by round, so that a machine that slows down midway does not distort the ratio.
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
/// <param name="Ratio">Median of the times divided by those of the first way in the same round.</param>
internal sealed record Row(string Task, string Contender, double Seconds, double Cpu, double? ContainerCpu, double Ratio);
