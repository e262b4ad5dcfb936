using System.Net;
using System.Net.Sockets;
using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Commands;

/// <summary>Completion in real shells, with a real TAB where the shell offers no other way.</summary>
public sealed class CompletionTests(TestCluster cluster)
{
    private const string BashSetup = "PS1='> '\nsource /usr/share/bash-completion/bash_completion\nsource <(sshpod completion bash)\n",
        ZshSetup = "PROMPT='> '\nautoload -Uz compinit && compinit -u -D\nsource <(sshpod completion zsh)\n";

    private static readonly string PowerShell = Environment.GetEnvironmentVariable("SSHPOD_TEST_PWSH")
        ?? Path.Combine(Environment.GetEnvironmentVariable("XDG_CACHE_HOME")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"), "sshpod-tests/powershell/pwsh");

    private static readonly (string Typed, string Completed)[] Lines =
    [
        ("ssh pod--bus", "ssh pod--busybox.sshpod "),
        ("ssh root@pod--bus", "ssh root@pod--busybox.sshpod "),
        ("ssh -v pod--two.container--f", "ssh -v pod--two.container--first.sshpod "),
        ("scp mine.txt root@pod--bus", "scp mine.txt root@pod--busybox.sshpod:"),
        ("rsync -a mine.txt pod--bus", "rsync -a mine.txt pod--busybox.sshpod:"),
        ("sftp deployment--w", "sftp deployment--web.sshpod "),
        ("sshpod clean pod--bus", "sshpod clean pod--busybox.sshpod "),
        ("sshpod cle", "sshpod clean "),
        ("ssh namesp", "ssh namespace--"),
        // Everything else is completed as usual.
        ("ssh my-mach", "ssh my-machine.example "),
        ("ssh me@my-mach", "ssh me@my-machine.example "),
        ("scp mine.t", "scp mine.txt "),
        ("scp pod--busybox.sshpod:/etc/hosts mine.t", "scp pod--busybox.sshpod:/etc/hosts mine.txt "),
    ];

    public static TheoryData<string, string, string> Hosts =>
        [.. Lines.SelectMany(line => new[] { ("bash", line.Typed, line.Completed), ("zsh", line.Typed, line.Completed) })];

    [Theory, MemberData(nameof(Hosts))]
    public async Task A_tab_completes_what_begins_like_ours_and_leaves_the_rest_to_the_shell(string shell, string typed, string completed)
    {
        await using var workstation = await SetUpAsync(shell);
        await using var terminal = await StartAsync(workstation, shell);
        await terminal.WriteAsync(typed);
        await terminal.PressAsync("Tab");
        // A trailing character shows whether a space was added.
        await terminal.WriteAsync("Z");
        await terminal.WaitForAsync($"^> {System.Text.RegularExpressions.Regex.Escape(completed)}Z$");
    }

    [Fact]
    public async Task Bash_keeps_our_completion_after_loading_its_own()
    {
        await using var workstation = await SetUpAsync("bash");
        await using var terminal = await StartAsync(workstation, "bash");
        await terminal.WriteAsync("ssh my-mach");
        await terminal.PressAsync("Tab");
        await terminal.WaitForAsync("^> ssh my-machine.example *$");
        await terminal.PressAsync("C-u");
        await terminal.WriteAsync("sftp pod--bus");
        await terminal.PressAsync("Tab");
        await terminal.WaitForAsync("^> sftp pod--busybox.sshpod *$");
    }

    [Fact]
    public async Task Bash_still_completes_paths_in_the_container()
    {
        await using var workstation = await SetUpAsync("bash");
        // ssh takes the home directory from the user database, not from HOME.
        var wrapper = Path.Combine(workstation.File("bin"), "ssh");
        await File.WriteAllTextAsync(wrapper, $"#!/bin/sh\nexec {Workstation.Locate("ssh")} -F {workstation.SshConfig} -l root \"$@\"\n");
        File.SetUnixFileMode(wrapper, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await using var terminal = await StartAsync(workstation, "bash");
        await terminal.WriteAsync("scp pod--busybox.sshpod:/etc/passw");
        await terminal.PressAsync("Tab");
        await terminal.WaitForAsync("^> scp pod--busybox.sshpod:/etc/passwd ?$");
    }

    [Theory]
    [InlineData("ssh root@pod--bus", "root@pod--busybox.sshpod")]
    [InlineData("scp x pod--bus", "pod--busybox.sshpod:")]
    [InlineData("sshpod clean pod--bus", "pod--busybox.sshpod")]
    [InlineData("sshpod cle", "clean")]
    [InlineData("ssh my-mach", "my-machine.example")]
    public async Task Fish_completes_ours_beside_its_own(string typed, string completed)
    {
        await using var workstation = await SetUpAsync("fish");
        var result = await workstation.RunAsync("fish", "-c", $"sshpod completion fish | source; complete -C '{typed}'");
        Assert.Equal(completed, Assert.Single(result.Quietly().Text.TrimEnd('\n').Split('\n')).Split('\t')[0]);
    }

    [Theory]
    [InlineData("ssh root@pod--bus", "root@pod--busybox.sshpod")]
    [InlineData("scp x pod--bus", "pod--busybox.sshpod:")]
    [InlineData("sshpod clean pod--bus", "pod--busybox.sshpod")]
    [InlineData("sshpod list -o na", "name")]
    [InlineData("scp mine.t", "./mine.txt")]
    public async Task PowerShell_completes_ours_and_files_elsewhere(string typed, string completed)
    {
        RequirePowerShell();
        await using var workstation = await SetUpAsync("pwsh");
        var result = await workstation.RunAsync(PowerShell, "-NoProfile", "-NonInteractive", "-Command",
            $"Set-Location {workstation.Home}; sshpod completion powershell | Out-String | Invoke-Expression; "
            + $"[System.Management.Automation.CommandCompletion]::CompleteInput('{typed}', {typed.Length}, $null).CompletionMatches | "
            + $"ForEach-Object CompletionText");
        Assert.Equal(completed + "\n", result.Quietly().Text);
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    public async Task Where_the_cluster_is_away_the_prompt_stays_as_it_was(string shell)
    {
        await using var workstation = await SetUpAsync(shell, fill: false);
        await workstation.UseKubeconfigAsync(kubeconfig => kubeconfig.SetServerAsync("https://127.0.0.1:1"));
        await using var terminal = await StartAsync(workstation, shell);
        await terminal.WriteAsync("ssh pod--bus");
        await terminal.PressAsync("Tab");
        await terminal.WriteAsync("Z");
        await terminal.WaitForAsync("^> ssh pod--busZ$");
        Assert.Single((await terminal.ScreenAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("complete")]
    [InlineData("complete", "host")]
    [InlineData("complete", "host", "ssh", "pod--\"$(")]
    [InlineData("complete", "line", "sshpod frobnicate --x \"")]
    [InlineData("complete", "line", "")]
    [InlineData("complete", "refresh", "frob", "", "")]
    [InlineData("complete", "--help")]
    public async Task Whatever_is_asked_there_is_no_error(params string[] arguments)
    {
        await using var workstation = Workstation.Bare(cluster);
        workstation.Environment["XDG_CACHE_HOME"] = "/proc/no-such-place";
        (await workstation.SshpodAsync(arguments)).Quietly();
    }

    [Fact]
    public async Task The_cache_is_private()
    {
        await using var workstation = await SetUpAsync("bash");
        var folder = workstation.File("cache/sshpod/completion");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
        Assert.All(Directory.GetFiles(folder), file =>
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    // Names that would run, or break out of quotes, if a shell took them verbatim. None has a "/", which ends a context name in no shell.
    private static readonly string[] Hostile =
        ["$(touch fell)", "`touch fell`", "x; touch fell", "x' ; touch fell '", "x\" ; touch fell \"", "x\u2019; touch fell; \u2019",
            "x | touch fell", "x\\; touch fell", "~", "a b"];

    public static TheoryData<string, string> HostileNames =>
        [.. Hostile.SelectMany(name => new[] { ("bash", name), ("zsh", name), ("fish", name) }).Where(row => row != ("fish", "~"))];

    [Theory, MemberData(nameof(HostileNames))]
    public async Task The_name_of_a_context_runs_nothing_after_a_tab_and_arrives_as_it_is(string shell, string name)
    {
        await using var workstation = await SetUpAsync(shell, fill: false);
        await UseContextAsync(workstation, name);
        await using var terminal = await StartAsync(workstation, shell);
        await terminal.WriteAsync("sshpod list --context ");
        await terminal.PressAsync("Tab");
        await terminal.WaitForAsync("--context [^ ]");
        await terminal.PressAsync("Enter");
        await Eventually.HoldsAsync("sshpod was given a context", () => File.Exists(workstation.File("given")));
        await terminal.WriteAsync("echo typed");
        await terminal.PressAsync("Enter");
        await terminal.WaitForAsync("^typed");
        Assert.Equal($"list\n--context\n{name}\n", await File.ReadAllTextAsync(workstation.File("given")));
        Assert.False(File.Exists(workstation.File("fell")));
    }

    [Fact]
    public async Task PowerShell_runs_nothing_either()
    {
        RequirePowerShell();
        foreach (var name in Hostile)
        {
            await using var workstation = await SetUpAsync("pwsh", fill: false);
            await UseContextAsync(workstation, name);
            var result = await workstation.RunAsync(PowerShell, "-NoProfile", "-NonInteractive", "-Command",
                $"Set-Location {workstation.Home}; sshpod completion powershell | Out-String | Invoke-Expression; $typed = 'sshpod list "
                + $"--context '; "
                + "$done = [System.Management.Automation.CommandCompletion]::CompleteInput($typed, $typed.Length, $null); "
                + "Invoke-Expression ($typed.Substring(0, $done.ReplacementIndex) + $done.CompletionMatches[0].CompletionText)");
            Assert.Equal(("", 0), (result.Error, result.ExitCode));
            Assert.Equal($"list\n--context\n{name}\n", await File.ReadAllTextAsync(workstation.File("given")));
            Assert.False(File.Exists(workstation.File("fell")));
        }
    }

    [Fact]
    public async Task Names_that_a_terminal_acts_on_or_that_are_several_lines_are_not_offered()
    {
        await using var workstation = await SetUpAsync("bash", fill: false);
        await WriteContextsAsync(workstation, "bell\u0007", "colour\u001b[31m", "two\nlines", "turned\u202e", "plain");
        Assert.Equal(
            "plain\n", (await workstation.RunAsync(Workstation.Program, "complete", "line", "sshpod list --context ")).Quietly().Text);
    }

    /// <summary>
    /// Gives the user a single context of this name, and an <c>sshpod</c> that completes as usual and otherwise records its arguments.
    /// </summary>
    private static async Task UseContextAsync(Workstation workstation, string name)
    {
        await WriteContextsAsync(workstation, name);
        var program = workstation.File("bin/sshpod");
        File.Delete(program);
        await File.WriteAllTextAsync(
            program, $"#!/bin/sh\ncase $1 in complet*) exec {Workstation.Program} \"$@\" ;; esac\nprintf '%s\\n' \"$@\" "
            + $">{workstation.File("given.new")}\n"
            + $"mv {workstation.File("given.new")} {workstation.File("given")}\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    private static async Task WriteContextsAsync(Workstation workstation, params string[] names)
    {
        var contexts = names.Select(
            name => $$$"""{"name": {{{System.Text.Json.JsonSerializer.Serialize(name)}}}, "context": {"cluster": "c", "user": "u"}}""");
        workstation.Environment["KUBECONFIG"] = workstation.File("hostile");
        await File.WriteAllTextAsync(workstation.File("hostile"),
            $$$"""{"apiVersion": "v1", "kind": "Config", "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:1"}}],"""
                + $$$""" "contexts": [{{{string.Join(", ", contexts)}}}]}""");
    }

    private static void RequirePowerShell()
    {
        if (File.Exists(PowerShell))
            return;
        Assert.False(Environment.GetEnvironmentVariable("CI") == "true", $"{PowerShell} is missing");
        Assert.Skip($"{PowerShell} is missing: tests/run.sh installs it");
    }

    /// <summary>A user with sshpod on PATH, whose context has the namespace of this run.</summary>
    /// <param name="shell">Their shell.</param>
    /// <param name="fill">Whether the names are already cached, as after a first TAB.</param>
    private async Task<Workstation> SetUpAsync(string shell, bool fill = true)
    {
        var workstation = await Workstation.SetUpAsync(cluster);
        await workstation.UseKubeconfigAsync(kubeconfig => kubeconfig.SetNamespaceAsync(cluster.Namespace));
        Directory.CreateDirectory(workstation.File("bin"));
        Directory.CreateDirectory(workstation.File(".ssh"));
        File.CreateSymbolicLink(Path.Combine(workstation.File("bin"), "sshpod"), Workstation.Program);
        await File.WriteAllTextAsync(workstation.File(".ssh/config"), "Host my-machine.example\n");
        await File.WriteAllTextAsync(workstation.File("mine.txt"), "");
        await File.WriteAllTextAsync(workstation.File(shell == "zsh" ? ".zshrc" : "rc"), shell == "zsh" ? ZshSetup : BashSetup);
        workstation.Environment["PATH"] = $"{workstation.File("bin")}:{Environment.GetEnvironmentVariable("PATH")}";
        workstation.Environment["ZDOTDIR"] = workstation.Home;
        if (fill)
            foreach (var word in new[] { "pod--busybox", "deployment--web" })
                await Eventually.HoldsAsync($"{word} is known",
                    async () => (await workstation.SshpodAsync("complete", "host", "ssh", word)).Quietly().Text.Length > 0);
        return workstation;
    }

    private static async Task<TmuxTerminal> StartAsync(Workstation workstation, string shell)
    {
        var terminal = await TmuxTerminal.StartAsync(workstation, 120, 20, $"cd {workstation.Home} && {Start(shell)}");
        await terminal.WaitForAsync("^> $|^>$");
        return terminal;

        static string Start(string shell) => shell switch
        {
            "zsh" => "zsh -i",
            "fish" => "fish -C 'function fish_prompt; echo \"> \"; end; sshpod completion fish | source'",
            _ => "bash --noprofile --rcfile rc -i",
        };
    }
}

/// <summary>How long completion takes.</summary>
[Collection(nameof(Alone))]
public sealed class CompletionTimeTests(TestCluster cluster)
{
    [Fact]
    public async Task An_api_server_that_says_nothing_costs_less_than_300_ms()
    {
        await using var workstation = Workstation.Bare(cluster);
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await workstation.UseKubeconfigAsync(kubeconfig => kubeconfig.SetServerAsync($"https://{silent.LocalEndpoint}"));
        List<TimeSpan> times = [];
        for (var i = 0; i < 5; i++)
            times.Add((await workstation.SshpodAsync("complete", "host", "ssh", "pod--")).Quietly().Time);
        // The fastest, since delays from a busy machine are not ours.
        Assert.True(times.Min() < TimeSpan.FromMilliseconds(300), string.Join(' ', times));
    }
}
