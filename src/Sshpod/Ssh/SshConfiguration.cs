using Sshpod.Machine;
using Sshpod.Terminal;

namespace Sshpod.Ssh;

/// <summary>
/// The user's ssh configuration: a file of ours with the <c>Host *.sshpod</c> block, and one <c>Include</c> of it at the top of theirs.
/// </summary>
/// <param name="userFile">The user's file, such as <c>~/.ssh/config</c>.</param>
public sealed class SshConfiguration(string userFile)
{
    private readonly UserConfiguration _user = new(FileText.Of(Include));

    /// <summary>Our own file.</summary>
    public static string OwnFile { get; } = Path.Combine(ClientDirectory.Config, "ssh_config");

    /// <summary>Our line in the user's file.</summary>
    /// <remarks>Always in quotes: it is searched for verbatim, and every version has written it so.</remarks>
    public static string Include => $"Include \"{Quoting.Include(OwnFile, ClientKinds.Current).Trim('"')}\"";

    // A symbolic link (to a dotfiles repository) is kept: its target is replaced.
    private string File { get; } = new FileInfo(userFile) is { LinkTarget: not null } link
        ? link.ResolveLinkTarget(returnFinalTarget: true)!.FullName : userFile;

    /// <summary>The user's file, as given.</summary>
    public string UserFile => userFile;

    private string Backup => $"{File}.before-sshpod";

    /// <summary>The options of an earlier run.</summary>
    /// <exception cref="SshpodException">Our own file cannot be read.</exception>
    public static ConfigurationOptions Chosen() => ConfigurationOptions.Parse(Read(OwnFile)?.ToString());

    /// <summary>The changes that make ssh use sshpod.</summary>
    /// <param name="block">The content of our own file.</param>
    /// <exception cref="SshpodException">A file cannot be read.</exception>
    public IReadOnlyList<FileChange> Plan(ConfigurationBlock block)
    {
        var own = new FileChange(OwnFile, Read(OwnFile), FileText.Of($"{block}"), $"wrote {OwnFile}");
        var old = Read(File);
        var options = FileText.Empty;
        var taken = old is null ? null : UserConfiguration.TakeOver(old, out options);
        var user = new FileChange(File, old, _user.Add(taken),
            taken == old ? $"added an Include at the top of {File}"
                : $"replaced the earlier sshpod's block in {File} with an Include at its top");
        var changes = new List<FileChange> { own };
        if (!options.IsEmpty)
        {
            var file = ConfigurationBlock.UserFile;
            var theirs = Read(file);
            changes.Add(new FileChange(file, theirs, FileText.Concat(theirs, options),
                $"moved your own options for *.sshpod to {file}"));
        }
        if (user.IsNeeded && old is { IsEmpty: false })
            changes.Add(new FileChange(Backup, Read(Backup), old, $"kept the old {File} as {Backup}"));
        return [.. changes.Append(user).Where(change => change.IsNeeded)];
    }

    /// <summary>The changes that undo the configuration: our line and our own file are removed, whatever else has changed since.</summary>
    /// <exception cref="SshpodException">A file cannot be read.</exception>
    public IReadOnlyList<FileChange> PlanRemoval()
    {
        var old = Read(File);
        var left = old is null ? null : _user.Remove(old);
        var changes = new List<FileChange> { new(File, old, left, left is null ? $"removed {File}" : $"removed the Include from {File}") };
        // A backup that equals the file is removed too; if the file has changed since, the user keeps the backup.
        if (left is not null && left != old && Read(Backup) == left)
            changes.Add(new FileChange(Backup, left, null, $"removed {Backup}"));
        changes.Add(new FileChange(OwnFile, Read(OwnFile), null, $"removed {OwnFile}"));
        return [.. changes.Where(change => change.IsNeeded)];
    }

    /// <summary>Options that the user's file sets for *.sshpod without effect, because ours are read first; one sentence each.</summary>
    /// <param name="block">The content of our own file.</param>
    public IEnumerable<string> Overridden(ConfigurationBlock block) =>
        UserConfiguration.Overridden(Read(File) ?? FileText.Empty, $"{block}").Select(found =>
            $"{found} in {File} has no effect, since sshpod sets it first: move it to {ConfigurationBlock.UserFile}");

    /// <summary>Whether the change is to the user's own file, not to ours or to a backup.</summary>
    public bool IsTheirs(FileChange change) => change.File == File && change.Old is { IsEmpty: false };

    /// <summary>Why we must not write to the user's file, as an exception to throw; null if we may, or if it does not change.</summary>
    /// <param name="changes">The planned changes.</param>
    public SshpodException? WhyNot(IReadOnlyList<FileChange> changes)
    {
        if (changes.FirstOrDefault(change => change.File == File) is not { } change)
            return null;
        try
        {
            ManagedFile.Refuse(userFile, File, change.New is { } content && _user.IsIn(content) ? $"add at its top: {Include}"
                : $"remove the line: {Include}");
            return null;
        }
        catch (SshpodException e)
        {
            return e;
        }
    }

    /// <summary>Applies the changes in order, so that nothing ever refers to a missing file. Each file is replaced atomically.</summary>
    /// <param name="changes">The planned changes.</param>
    /// <param name="withTheirs">Whether to change the user's own file and its backup too.</param>
    /// <returns>What was done, one sentence per change.</returns>
    /// <exception cref="SshpodException">A file cannot be written.</exception>
    public IEnumerable<string> Apply(IReadOnlyList<FileChange> changes, bool withTheirs)
    {
        foreach (var change in changes.Where(change => withTheirs || change.File != File && change.File != Backup))
        {
            if (change.New is null)
                ClientDirectory.Delete(change.File);
            else
            {
                ClientDirectory.Create(Path.GetDirectoryName(change.File)!);
                ClientDirectory.Replace(change.File, change.New.Bytes.ToArray());
            }
            yield return change.Done;
        }
    }

    private static FileText? Read(string file)
    {
        try
        {
            return new FileText(System.IO.File.ReadAllBytes(file));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SshpodException($"cannot read {file}: {e.Message}", "make it readable for you");
        }
    }
}
