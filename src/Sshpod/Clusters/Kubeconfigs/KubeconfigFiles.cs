using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Sshpod.Clusters.Kubeconfigs;

/// <summary>
/// The files in KUBECONFIG, else <c>~/.kube/config</c>, as one. As kubectl does, it skips files that are missing and takes of each
/// name the first entry.
/// </summary>
internal sealed class KubeconfigFiles
{
    private readonly IReadOnlyList<KubeconfigSection> _roots;

    private KubeconfigFiles(IReadOnlyList<KubeconfigSection> roots, IReadOnlyList<string> problems, IReadOnlyList<string> missing)
    {
        _roots = roots;
        Problems = problems;
        Missing = missing;
    }

    /// <summary>Files that were read.</summary>
    public IReadOnlyList<string> Read => [.. _roots.Select(root => root.Name)];

    /// <summary>Files that are named and not there.</summary>
    public IReadOnlyList<string> Missing { get; }

    /// <summary>What kept a file that is there from being read: kubectl ends with an error.</summary>
    public IReadOnlyList<string> Problems { get; }

    /// <summary>The context in effect where none is named; null when there is none.</summary>
    public string? CurrentContext => _roots.Select(root => root.TextOrNull("current-context")).FirstOrDefault(name => name is not null);

    /// <summary>Names of all contexts.</summary>
    public IReadOnlyList<string> Contexts =>
        [.. _roots.SelectMany(root => root.SectionsOrNone("contexts")).Select(entry => entry.TextOrNull("name")).OfType<string>().Distinct()];

    /// <summary>Reads the files now.</summary>
    public static KubeconfigFiles Load()
    {
        List<KubeconfigSection> roots = [];
        List<string> problems = [], missing = [];
        foreach (var file in Names())
        {
            try
            {
                using var reader = new StreamReader(file);
                var stream = new YamlStream();
                stream.Load(reader);
                if (stream.Documents is [{ RootNode: YamlMappingNode root }, ..])
                    roots.Add(new KubeconfigSection(root, Path.GetDirectoryName(Path.GetFullPath(file))!, file));
                else if (stream.Documents.Count > 0)
                    problems.Add($"{file} is no mapping");
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                // As for kubectl: it may come later.
                missing.Add(file);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or YamlException or InvalidOperationException or ArgumentException)
            {
                // YamlDotNet's scanner throws others than its own too.
                problems.Add($"{file}: {e.Message}");
            }
        }
        return new KubeconfigFiles(roots, problems, missing);
    }

    /// <summary>Finds an entry of one of the lists.</summary>
    /// <param name="list"><c>clusters</c>, <c>users</c> or <c>contexts</c>.</param>
    /// <param name="name">Name of the entry.</param>
    /// <param name="kind">Where in the entry its content is, such as <c>cluster</c>.</param>
    /// <returns>Null when there is none.</returns>
    public KubeconfigSection? Find(string list, string name, string kind) =>
        _roots.SelectMany(root => root.SectionsOrNone(list)).Where(entry => entry.TextOrNull("name") == name)
            .Select(entry => entry.SectionOrNull(kind)).FirstOrDefault(entry => entry is not null);

    /// <summary>Finds an entry of one of the lists, for whoever acts on it: nothing around it may be in doubt.</summary>
    /// <exception cref="UnsupportedKubeconfigException">The lists have something that is not understood, such as a merge key (yaml.org/type/merge).</exception>
    public KubeconfigSection? FindUnderstood(string list, string name, string kind)
    {
        foreach (var root in _roots)
        {
            root.RefuseMerge();
            foreach (var entry in root.Sections(list))
                entry.RefuseMerge();
        }
        return Find(list, name, kind);
    }

    /// <summary>The files, whether they are there or not.</summary>
    public static string[] Names()
    {
        var variable = Environment.GetEnvironmentVariable("KUBECONFIG");
        return string.IsNullOrEmpty(variable)
            ? [Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".kube", "config")]
            : variable.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
    }
}
