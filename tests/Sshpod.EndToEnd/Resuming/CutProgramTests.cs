using Sshpod.EndToEnd.Fixtures;
using Sshpod.EndToEnd.Fixtures.Relays;
using static Sshpod.EndToEnd.Resuming.Outage;

namespace Sshpod.EndToEnd.Resuming;

/// <summary>What people use ssh for, through a path that is cut again and again.</summary>
[Trait(Suites.Name, Suites.Once)]
public sealed class CutProgramTests(TestCluster cluster)
{
    [Fact]
    public async Task An_ansible_play_runs_each_task_once()
    {
        await using var reader = await Reader.SetUpAsync(cluster, "cut-ansible");
        await using var relay = await TcpRelay.PutBetweenAsync(reader.Workstation, server => new TcpRelay(server));
        await File.WriteAllTextAsync(reader.Workstation.File("inventory.ini"),
            reader.Fill("[pods]\npod--NAME.namespace--NS.sshpod ansible_user=root\n"));
        await File.WriteAllTextAsync(reader.Workstation.File("many.yaml"), """
            - hosts: pods
              gather_facts: false
              tasks:
                - ansible.builtin.shell: "echo {{ item }} >>/tmp/tasks; sleep 0.3"
                  loop: "{{ range(8) | list }}"
            """);
        var play = reader.ShellAsync("ansible-playbook -i inventory.ini many.yaml");
        // Ansible's connection, which all its tasks share, is open before anything is cut.
        await Eventually.HoldsAsync("the first task runs", async () =>
            play.IsCompleted || (await cluster.ExecAsync("cut-ansible", "ls", "/tmp/tasks")).ExitCode == 0);
        Assert.NotEqual(0, await CutAsync(reader.Workstation.File(".cache/sshpod/resume"), relay, play, 30));
        var played = await play;
        // Ansible says on stdout what went wrong.
        Assert.True(played.ExitCode == 0, played.Text);
        Assert.Contains("changed=1", played.Text, StringComparison.Ordinal);
        Assert.Equal(string.Concat(Enumerable.Range(0, 8).Select(i => $"{i}\n")),
            (await cluster.ExecAsync("cut-ansible", "cat", "/tmp/tasks")).Successfully().Text);
    }

    [Theory]
    [InlineData(PortForward)]
    [InlineData(Exec)]
    public async Task A_shell_in_a_terminal_gets_each_key_once_and_in_order(string tunnel)
    {
        var (workstation, relay) = await PutBehindRelayAsync(cluster, tunnel);
        await using var _ = workstation;
        await using var __ = relay;
        await using var terminal = await TmuxTerminal.StartAsync(workstation, 100, 50,
            $"{workstation.SshCommand} -t root@{workstation.Host("pod--busybox")} sh");
        await terminal.TypeAsync("echo $((40 + 2))");
        await terminal.WaitForAsync("^42$");
        for (var i = 0; i < 15; i++)
        {
            await terminal.TypeAsync($"echo said $(({i} + 1000))");
            if (i % 2 == 0)
                relay.Cut();
        }
        await terminal.WaitForAsync("^said 1014$");
        var said = (await terminal.ScreenAsync()).Split('\n').Where(line => line.StartsWith("said ", StringComparison.Ordinal));
        Assert.Equal(Enumerable.Range(1000, 15).Select(i => $"said {i}"), said.Select(line => line.TrimEnd()));
        await terminal.TypeAsync("exit 7");
        await terminal.WaitForAsync("^exit status 7");
    }

    [Fact]
    public async Task A_path_that_is_cut_while_it_tries_to_come_back_is_tried_again()
    {
        var (workstation, relay) = await PutBehindRelayAsync(cluster, PortForward);
        await using var _ = workstation;
        await using var __ = relay;
        await using var session = await Conversation.BeginAsync(workstation, "pod--busybox");
        // Each attempt takes longer than the next cut.
        for (var i = 0; i < 50; i++)
        {
            session.Say();
            relay.Cut();
            await Task.Delay(Random.Shared.Next(20, 300));
        }
        FaultReport.GoesOn("50 cuts within 10 s, also while it comes back", await session.AnswersAsync());
        await session.EndAsync();
    }
}
