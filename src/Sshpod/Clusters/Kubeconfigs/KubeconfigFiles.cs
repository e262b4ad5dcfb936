using Sshpod.Machine;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Sshpod.Clusters.Kubeconfigs;

/// <summary>
/// The files in KUBECONFIG, else <c>~/.kube/config</c>, merged. As in kubectl, missing files are skipped, and the first entry of a name
/// wins. Each file is read once, on first use.
/// </summary>
public sealed class KubeconfigFiles
{
    private readonly Lazy<Content> _content;

    /// <summary>Uses these files.</summary>
    /// <param name="names">Their names.</param>
    public KubeconfigFiles(params IEnumerable<string> names)
    {
        All = [.. names.Select(name => new FileOnce(name))];
        _content = new(() => Parse(All));
    }

    /// <summary>The user's files, as KUBECONFIG names them now.</summary>
    public static KubeconfigFiles Take()
    {
        var variable = Environment.GetEnvironmentVariable("KUBECONFIG");
        return string.IsNullOrEmpty(variable)
            ? new(Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".kube", "config"))
            : new(variable.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>The files, whether they exist or not.</summary>
    public IReadOnlyList<FileOnce> All { get; }

    /// <summary>Files that were read.</summary>
    public IReadOnlyList<string> Read => [.. Roots.Select(root => root.Name)];

    /// <summary>Files that are named but do not exist.</summary>
    public IReadOnlyList<string> Missing => _content.Value.Missing;

    /// <summary>Why existing files could not be read; kubectl fails in that case.</summary>
    public IReadOnlyList<string> Problems => _content.Value.Problems;

    /// <summary>The context in effect when none is named; null when none is set.</summary>
    public string? CurrentContext => Roots.Select(root => root.TextOrNull("current-context")).FirstOrDefault(name => name is not null);

    /// <summary>Names of all contexts.</summary>
    public IReadOnlyList<string> Contexts =>
        [.. Roots.SelectMany(root => root.SectionsOrNone("contexts")).Select(entry => entry.TextOrNull("name"))
            .OfType<string>().Distinct()];

    private IReadOnlyList<KubeconfigSection> Roots => _content.Value.Roots;

    private static Content Parse(IEnumerable<FileOnce> files)
    {
        List<KubeconfigSection> roots = [];
        List<string> problems = [], missing = [];
        foreach (var file in files)
        {
            var name = file.Path;
            try
            {
                using var reader = file.OpenText();
                var stream = new YamlStream();
                stream.Load(reader);
                if (stream.Documents is [{ RootNode: YamlMappingNode root }, ..])
                    roots.Add(new KubeconfigSection(root, Path.GetDirectoryName(Path.GetFullPath(name))!, name));
                else if (stream.Documents.Count > 0)
                    problems.Add($"{name} is not a mapping");
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                // As in kubectl: it may be created later.
                missing.Add(name);
            }
            catch (Exception e)
            when (e is IOException or UnauthorizedAccessException or YamlException or InvalidOperationException or ArgumentException)
            {
                // YamlDotNet's scanner also throws exceptions other than its own.
                problems.Add($"{name}: {e.Message}");
            }
        }
        return new Content(roots, problems, missing);
    }

    /// <summary>Finds an entry in one of the lists.</summary>
    /// <param name="list"><c>clusters</c>, <c>users</c> or <c>contexts</c>.</param>
    /// <param name="name">Name of the entry.</param>
    /// <param name="kind">The key of the entry's content, such as <c>cluster</c>.</param>
    /// <returns>Null when there is none.</returns>
    internal KubeconfigSection? Find(string list, string name, string kind) =>
        Roots.SelectMany(root => root.SectionsOrNone(list)).Where(entry => entry.TextOrNull("name") == name)
            .Select(entry => entry.SectionOrNull(kind)).FirstOrDefault(entry => entry is not null);

    /// <summary>Like <c>Find</c>, for an entry that we act on: nothing around it may be in doubt.</summary>
    /// <exception cref="UnsupportedKubeconfigException">The lists contain something unsupported, such as a merge key
    /// (yaml.org/type/merge).</exception>
    internal KubeconfigSection? FindUnderstood(string list, string name, string kind)
    {
        foreach (var root in Roots)
        {
            root.RefuseMerge();
            foreach (var entry in root.Sections(list))
                entry.RefuseMerge();
        }
        return Find(list, name, kind);
    }

    /// <summary>The current context, for what must stay in it; null when there is none, or when anything about it is in doubt.</summary>
    internal string? UnderstoodCurrentContext()
    {
        try
        {
            return Problems.Count == 0 && CurrentContext is { } name && FindUnderstood("contexts", name, "context") is not null
                ? name : null;
        }
        catch (UnsupportedKubeconfigException)
        {
            return null;
        }
    }

    private sealed record Content(IReadOnlyList<KubeconfigSection> Roots, IReadOnlyList<string> Problems, IReadOnlyList<string> Missing);
}
