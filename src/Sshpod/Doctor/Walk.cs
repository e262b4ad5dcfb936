using System.Diagnostics;
using Sshpod.Clusters;
using Sshpod.Terminal;

namespace Sshpod.Doctor;

/// <summary>Walks from hop to hop. Each check has a limit; a check that needs a failed hop is skipped, with the reason.</summary>
/// <param name="report">Receives each finding when its check is done.</param>
/// <param name="cancellation">Ends the walk.</param>
internal sealed class Walk(Action<Finding> report, CancellationToken cancellation)
{
    /// <summary>The worst outcome of any check.</summary>
    public CheckOutcome Worst { get; private set; }

    /// <summary>Checks one hop.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="who">Who can usually change what is wrong there.</param>
    /// <param name="needs">Findings at the hops without which it cannot be checked.</param>
    /// <param name="check">The check; an SshpodException is a failure.</param>
    /// <param name="limit">Its limit, if not the usual one.</param>
    public async Task<Finding<T>> CheckAsync<T>(string name, string who, Finding[] needs,
        Func<CancellationToken, Task<Finding<T>>> check, TimeSpan? limit = null)
        where T : class
    {
        var start = Stopwatch.GetTimestamp();
        var culprit = needs.Select(need => need.Culprit).FirstOrDefault(culprit => culprit is not null);
        var finding = culprit is null
            ? await RunAsync(check, limit ?? DoctorLimits.Check)
            : Finding.Skipped<T>($"not checked, since \"{culprit}\" is not ok");
        if (finding.Outcome != CheckOutcome.Skipped && finding.Outcome > Worst)
            Worst = finding.Outcome;
        finding = finding with
        {
            Name = name,
            Text = OneLine.Of(finding.Text),
            Who = finding.Hint is null ? null : finding.Who ?? who,
            Hint = finding.Hint is null ? null : OneLine.Of(finding.Hint),
            Milliseconds = (long)Stopwatch.GetElapsedTime(start).TotalMilliseconds,
            Culprit = finding.Found is null ? culprit ?? name : null,
        };
        report(finding);
        return finding;
    }

    /// <summary>Checks one hop, synchronously.</summary>
    public Task<Finding<T>> CheckAsync<T>(string name, string who, Finding[] needs, Func<Finding<T>> check) where T : class =>
        CheckAsync(name, who, needs, _ => Task.Run(check));

    private async Task<Finding<T>> RunAsync<T>(Func<CancellationToken, Task<Finding<T>>> check, TimeSpan limit) where T : class
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        over.CancelAfter(limit);
        try
        {
            return await check(over.Token).WaitAsync(limit + DoctorLimits.Ending, cancellation);
        }
        catch (NotFoundException e)
        {
            return Finding.Failure<T>(e.Message, e.Hint, Who.You);
        }
        catch (SshpodException e)
        {
            return Finding.Failure<T>(e.Message, e.Hint);
        }
        catch (Exception e) when (e is OperationCanceledException or TimeoutException && !cancellation.IsCancellationRequested)
        {
            return Finding.Failure<T>($"did not end in {limit.TotalSeconds:0} s", "set SSHPOD_LOG=debug to see the steps");
        }
    }
}
