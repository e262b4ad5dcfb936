using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Containers;

/// <summary>The container's locale wins over what the client's system sends unasked, and what the user sets wins over both.</summary>
[Trait(Suites.Name, Suites.Once)]
public sealed class LocaleTests(TestCluster cluster)
{
    private const string Image = "debian:12", Utf8 = "env: [{name: LANG, value: C.UTF-8}, {name: NO_COLOR, value: '1'}]";

    // Debian's /etc/ssh/ssh_config has this, but ssh does not read it with -F.
    private static readonly string[] OfTheSystem = ["-o", "SendEnv=LANG LC_* LANGUAGE COLORTERM NO_COLOR"];

    [Theory]
    [InlineData("port-forward")]
    [InlineData("exec")]
    public async Task Variables_sent_unasked_do_not_change_the_containers_locale(string tunnel)
    {
        await using var workstation = await SetUpAsync(tunnel, Utf8);
        var login = new Login(workstation, "root", $"pod--locale-{tunnel}");
        workstation.Environment["LANG"] = "de_DE.UTF-8";
        workstation.Environment["LANGUAGE"] = "de:en";
        workstation.Environment["LC_TIME"] = "de_AT.UTF-8";
        workstation.Environment["LC_ALL"] = "de_CH.UTF-8";
        workstation.Environment["NO_COLOR"] = "";
        workstation.Environment["COLORTERM"] = "truecolor";

        Assert.Equal("C.UTF-8||||1\n", await login.RunAsync("echo \"$LANG|$LANGUAGE|$LC_TIME|$LC_ALL|$NO_COLOR\"", OfTheSystem));
        Assert.Equal("UTF-8\ngrüße\n",
            await login.RunAsync("locale charmap; cd $(mktemp -d); touch grüße; ls -q; perl -e 1", OfTheSystem));
        // Variables that the container lacks arrive, as does an LC_* that the user made up.
        workstation.Environment["LC_TICKET"] = "mine";
        Assert.Equal("truecolor|mine\n", await login.RunAsync("echo \"$COLORTERM|$LC_TICKET\"", OfTheSystem));
    }

    [Theory]
    [InlineData("port-forward")]
    [InlineData("exec")]
    public async Task What_the_user_sets_wins(string tunnel)
    {
        await using var workstation = await SetUpAsync(tunnel, Utf8);
        var login = new Login(workstation, "root", $"pod--locale-{tunnel}");
        const string show = "echo \"$LANG|$LC_ALL|$NO_COLOR\"";
        // LANG in ssh's environment: unset, different, and identical.
        foreach (var own in new[] { null, "de_DE.UTF-8", "ja_JP.UTF-8" })
        {
            workstation.Environment["LANG"] = own;
            Assert.Equal("ja_JP.UTF-8||1\n", await login.RunAsync(show, [.. OfTheSystem, "-o", "SetEnv=LANG=ja_JP.UTF-8"]));
            Assert.Equal("C.UTF-8|C|0\n", await login.RunAsync(show, [.. OfTheSystem, "-o", "SetEnv=LC_ALL=C NO_COLOR=0"]));
        }
        // A system that sends nothing unasked.
        workstation.Environment["LANG"] = "de_DE.UTF-8";
        Assert.Equal("ja_JP.UTF-8||1\n", await login.RunAsync(show, "-o", "SetEnv=LANG=ja_JP.UTF-8"));
    }

    [Fact]
    public async Task Without_a_locale_of_its_own_the_container_gets_the_users()
    {
        await using var workstation = await SetUpAsync("none", "env: [{name: OTHER, value: x}]");
        workstation.Environment["LANG"] = "de_DE.UTF-8";
        Assert.Equal("de_DE.UTF-8\n", await new Login(workstation, "root", "pod--locale-none").RunAsync("echo $LANG", OfTheSystem));
    }

    [Fact]
    public async Task Sessions_that_share_a_connection_have_the_containers_locale_too()
    {
        await using var workstation = await SetUpAsync("shared", Utf8, []);
        var login = new Login(workstation, "root", "pod--locale-shared");
        const string show = "echo $LANG $SSH_CONNECTION";
        var first = await login.RunAsync(show, OfTheSystem);
        Assert.StartsWith("C.UTF-8 ", first, StringComparison.Ordinal);
        Assert.Equal(first, await login.RunAsync(show, OfTheSystem));
        // The first connection said that its system sends no LANG, so this session gets another one.
        workstation.Environment["LANG"] = "fr_FR.UTF-8";
        Assert.StartsWith("C.UTF-8 ", await login.RunAsync(show, OfTheSystem), StringComparison.Ordinal);
    }

    private Task<Workstation> SetUpAsync(string name, string pod) => SetUpAsync(name, pod, ["--no-sharing"]);

    private async Task<Workstation> SetUpAsync(string name, string pod, string[] options)
    {
        await cluster.CreatePodAsync($"locale-{name}", Image, pod);
        var workstation = await Workstation.SetUpAsync(cluster, options);
        foreach (var variable in new[] { "LANG", "LANGUAGE", "LC_ALL", "LC_TIME", "COLORTERM", "NO_COLOR" })
            workstation.Environment[variable] = null;
        // Runs the ProxyCommand; bash would complain about locales that this machine lacks.
        workstation.Environment["SHELL"] = "/bin/sh";
        workstation.Environment["SSHPOD_TUNNEL"] = name is "exec" or "port-forward" ? name : null;
        return workstation;
    }
}
