using System.CommandLine;
using System.CommandLine.Parsing;
using Sshpod.Clusters;
using Sshpod.Clusters.Transports;
using Sshpod.Connections;
using Sshpod.Machine;
using Sshpod.Server;
using Sshpod.Settings;
using Sshpod.Ssh;
using Sshpod.Targets;
using Sshpod.Terminal;

namespace Sshpod.Commands;

/// <summary>
/// <c>sshpod debug</c>: puts a server into a container without a shell, with the help of an ephemeral container. Running it is the user's
/// consent to what stays in the pod's record.
/// </summary>
public static class DebugCommand
{
    /// <summary>Describes the command.</summary>
    public static Command Create()
    {
        var host = new Argument<string>("HOST") { Description = "host name of a container, as for ssh ([USER@]HOST)" };
        var options = new Argument<string[]>("SSH-OPTION")
        {
            Description = "behind --: connect at once, with these options and command of ssh",
            Arity = ArgumentArity.ZeroOrMore
        };
        var image = new Option<string?>("--image")
        { Description = "image with sh for the ephemeral container, instead of the setting ephemeral-image", HelpName = "IMAGE" };
        var keep = new Option<bool>("--keep") { Description = "let it run on when the server no longer needs it, to log in there too" };
        var command = new Command("debug", "Reach a container without a shell, through an ephemeral container.") { host, options, image,
            keep };
        command.Validators.Add(result =>
        {
            if (result.GetValue(image) is { } name && !Setting.TryParseImage(name, out _))
                result.AddError($"--image is {Setting.ImageForm}.");
        });
        command.SetAction(async (arguments, cancellation) =>
        {
            var (connects, words) = (arguments.Tokens.Any(token => token.Type == TokenType.DoubleDash), arguments.GetValue(options) ?? []);
            if (connects || words.Length == 0)
                return await RunAsync(arguments.GetRequiredValue(host), arguments.GetValue(image), arguments.GetValue(keep),
                    connects ? words : null, cancellation);
            Log.Error(new SshpodException($"sshpod debug takes \"{words[0]}\", for ssh, only behind --", "see sshpod help debug"));
            return UsageError.ExitCode;
        });
        return command;
    }

    private static async Task<int> RunAsync(string destination, string? image, bool keeps, string[]? sshOptions,
        CancellationToken cancellation)
    {
        var (host, snapshot) = (new GivenHost(destination[(destination.LastIndexOf('@') + 1)..]), Snapshot.Take());
        var settings = snapshot.Settings;
        var address = new AddressBook(settings.Aliases, snapshot.Kubeconfig).Find(host.Text);
        var terms = new HelperTerms(IsAllowed: true, image ?? settings.EphemeralImage, host.Text, keeps);
        var key = await settings.ClientIdentity.EnsureAsync(settings.Access.Limit, cancellation);
        var cluster = Transport.Choose(snapshot, address.Context);
        await using (var connection = await Connection.OpenAsync(cluster, host, address, snapshot, key, isShared: false, cancellation,
            terms))
            Log.Notice(connection.Shell is null
                ? $"{connection.Container} has a shell of its own: nothing was added"
                : $"the server runs in {connection.Container}: connect with ssh {destination}");
        return sshOptions is null ? 0 : await ConnectAsync(destination, sshOptions, cancellation);
    }

    // ssh takes its options behind the host too, and a command behind these.
    private static async Task<int> ConnectAsync(string destination, string[] options, CancellationToken cancellation)
    {
        try
        {
            return await ChildProcess.RunInTerminalAsync("ssh", [destination, .. options], cancellation);
        }
        catch (CannotRunException e)
        {
            throw new SshpodException($"cannot run ssh: {e.Message}", "install the OpenSSH client");
        }
    }
}
