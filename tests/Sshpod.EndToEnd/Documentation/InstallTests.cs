using Sshpod.EndToEnd.Fixtures;
using Sshpod.Tests;

namespace Sshpod.EndToEnd.Documentation;

[Trait(Suites.Name, Suites.Once)]
public sealed class InstallTests(TestCluster cluster)
{
    [Fact]
    public async Task Make_install_leaves_the_program_its_manual_and_an_ssh_that_connects()
    {
        await using var reader = await Reader.SetUpAsync(cluster, "installed");
        // The program is already built: it is the one under test.
        (await reader.ShellAsync($"make -C {Document.Root} -o build install")).Successfully();

        var connected = await reader.ShellAsync(reader.Fill("""
            rm bin/sshpod
            .local/bin/sshpod version
            mandoc .local/share/man/man1/sshpod.1
            ssh root@pod--NAME.sshpod echo connected
            """));

        var said = connected.Successfully().Text;
        Assert.Contains("\nOpenSSH ", said, StringComparison.Ordinal);
        Assert.Contains("SSHPOD_LOG", said, StringComparison.Ordinal);
        Assert.EndsWith("connected\n", said, StringComparison.Ordinal);
    }
}
