using System.Globalization;
using Sshpod.Addressing;
using Sshpod.Clusters;
using Sshpod.Terminal;

namespace Sshpod.Server;

/// <summary>Ends the servers of a container and removes what they left there, by <c>clean.sh</c>.</summary>
public static class Cleaning
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static readonly string Script = Server.Script.Read("clean.sh");

    /// <summary>Cleans one container.</summary>
    /// <returns>Whether anything of ours was there.</returns>
    /// <exception cref="SshpodException">It cannot be done; the message says why.</exception>
    public static async Task<bool> RunAsync(ICluster cluster, PodContainer container, CancellationToken cancellation)
    {
        await using var exec = await cluster.ExecAsync(container, ["sh", "-c", Script, "sshpod", container.ContainerId], cancellation);
        try
        {
            return await AnswerAsync(exec, container, cancellation).WaitAsync(Limit, cancellation);
        }
        catch (TimeoutException)
        {
            throw new SshpodException($"{container} gave no answer in {Limit.TotalSeconds:0} s", "check the network and the container");
        }
    }

    private static async Task<bool> AnswerAsync(IExec exec, PodContainer container, CancellationToken cancellation)
    {
        var output = new LineReader(exec.Output);
        while (await output.ReadLineAsync(cancellation) is { } line)
            switch (line.Split(' ', 2))
            {
                case ["cleaned", var count] when int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var servers):
                    return servers > 0;
                case ["error", var text]:
                    throw new SshpodException($"cannot clean {container}: {text}", $"see what kubectl exec {container.Pod} -n {container.Namespace} -c {container.Container} -- ls -l /tmp/sshpod shows");
            }
        throw await exec.ExplainEndAsync(cancellation);
    }
}
