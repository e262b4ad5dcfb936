using System.Text;
using CsCheck;
using Sshpod.Ssh;

namespace Sshpod.Tests.Ssh;

public class UserConfigurationTests
{
    private const string Include = "Include \"/home/me/.config/sshpod/ssh_config\"";
    private const string Earlier = """
        # >>> sshpod start
        Host *.sshpod
          ProxyCommand ~/.local/bin/sshpod proxy --host %h --user %r --port %p
          StrictHostKeyChecking no
          UserKnownHostsFile /dev/null
          GlobalKnownHostsFile /dev/null
          CheckHostIP no
          IdentityFile ~/.cache/sshpod/id_ed25519
          IdentitiesOnly yes
          BatchMode yes
          ForwardAgent yes
        # <<< sshpod end

        """;

    private static readonly UserConfiguration Configuration = new(FileText.Of(Include));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("\n\nHost mine\n")]
    [InlineData("Host mine\n    User me\n")]
    [InlineData("Host mine\n    User me")]
    [InlineData("Host mine\r\n    User me\r\n")]
    [InlineData("\u00EF\u00BB\u00BFHost mine\n")]
    [InlineData("# caf\u00E9 in Latin-1, and a zero: \0\n")]
    public void What_was_added_and_taken_away_again_leaves_the_file_byte_for_byte(string? letters)
    {
        var content = letters is null ? null : Bytes(letters);
        var added = Configuration.Add(content);
        Assert.True(Configuration.IsIn(added));
        Assert.Equal(added, Configuration.Add(added));
        Assert.Equal(content, Configuration.Remove(added));
    }

    [Fact]
    public void Whatever_the_file_holds_it_comes_back() =>
        Gen.Char['\0', '\u00FF'].Array[0, 60].Select(letters => Bytes(new string(letters)))
        .Sample(content => Configuration.Remove(Configuration.Add(content)) == content);

    [Fact]
    public void Our_line_goes_from_wherever_the_user_has_moved_it() =>
        Assert.Equal("Host mine\n    User me\nHost yours\n", Remove($"Host mine\n    User me\n{Include}\nHost yours\n"));

    [Fact]
    public void What_the_user_changed_since_stays()
    {
        var added = Configuration.Add(FileText.Of("Host mine\n"));
        Assert.Equal("# first\nHost mine\n    Port 23\n", Remove($"# first\n{added}    Port 23\n"));
    }

    [Fact]
    public void Without_our_line_there_is_nothing_to_take_away() => Assert.Equal("Host mine\n", Remove("Host mine\n"));

    [Fact]
    public void Our_lines_use_the_files_own_line_endings() =>
        Assert.DoesNotContain("\n", $"{Configuration.Add(FileText.Of("Host mine\r\n"))}".Replace("\r\n", ""));

    [Theory]
    [InlineData("Host mine\n\n", "", "Host mine\n")]
    [InlineData("", "", "")]
    [InlineData("Host mine\n\n", "Host yours\n", "Host mine\n\nHost yours\n")]
    public void The_block_of_the_earlier_sshpod_goes(string before, string after, string left)
    {
        Assert.Equal(left, TakeOver(before + Earlier + after, out var options));
        Assert.Equal("", options);
    }

    [Fact]
    public void What_the_user_added_to_that_block_is_kept()
    {
        var changed = Earlier.Replace("  ForwardAgent yes\n", "  ForwardAgent no\n  SendEnv LANG\n");
        Assert.Equal("", TakeOver(changed, out var options));
        Assert.Equal("Host *.sshpod\n    ForwardAgent no\n    SendEnv LANG\n", options);
    }

    [Fact]
    public void A_line_of_that_block_keeps_its_last_letter()
    {
        // The UTF-8 of this letter ends with the byte of a no-break space.
        TakeOver(Earlier.Replace("  ForwardAgent yes\n", "  SetEnv CITY=voil\u00E0\n"), out var options);
        Assert.Equal("Host *.sshpod\n    SetEnv CITY=voil\u00E0\n", options);
    }

    [Fact]
    public void A_block_without_its_end_is_left_alone()
    {
        var cut = Earlier.Replace("# <<< sshpod end\n", "") + "Host mine\n";
        Assert.Equal(cut, TakeOver(cut, out _));
    }

    [Fact]
    public void Options_of_the_users_own_that_cannot_win_are_found()
    {
        const string Content =
            "Host *\n  ForwardAgent yes\nHost pod--x.sshpod\n  forwardagent=yes\n  User me\nHost other\n  ForwardAgent yes\n";
        var found = UserConfiguration.Overridden(FileText.Of(Content),
            $"{new ConfigurationBlock("/bin/sshpod", ClientKind.Unix, new ConfigurationOptions())}");
        Assert.Equal("forwardagent of \"Host pod--x.sshpod\"", Assert.Single(found));
    }

    [Fact]
    public void A_block_of_the_users_own_is_named_as_it_is_written() => Assert.Equal("ForwardAgent of \"Host m\u00FCnchen.sshpod\"",
        Assert.Single(UserConfiguration.Overridden(FileText.Of("Host m\u00FCnchen.sshpod\n  ForwardAgent yes\n"), "  ForwardAgent no")));

    private static FileText Bytes(string latin1) => new(Encoding.Latin1.GetBytes(latin1));

    private static string? Remove(string content) => Configuration.Remove(FileText.Of(content))?.ToString();

    private static string TakeOver(string content, out string options)
    {
        var left = UserConfiguration.TakeOver(FileText.Of(content), out var own);
        options = $"{own}";
        return $"{left}";
    }
}
