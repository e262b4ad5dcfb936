using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Sshpod.Tests.House;

/// <summary>The folders of src/Sshpod, and which uses which, as the compiler sees it: qualified and inferred names count too.</summary>
internal static class Folders
{
    /// <summary>From the ground to the roof: code uses earlier folders and its own. Program, outside the folders, may use all.</summary>
    public static readonly string[] InOrder =
    [
        "Terminal", "Machine", "Streams", "Ssh", "HostNames", "Settings",
        "Clusters/Objects", "Clusters/Kubeconfigs", "Clusters", "Clusters/Api/Http", "Clusters/Api/Login",
        "Clusters/Api/Streams", "Clusters/Api",
        "Clusters/Kubectl", "Clusters/Transports",
        "Targets", "Server", "Tunnels/Resuming", "Tunnels", "Connections", "Listing", "Completion", "Doctor", "Commands", "",
    ];

    private static readonly string Root = Path.Combine(Document.Root, "src", "Sshpod");

    /// <summary>Folders that hold C# files, relative to src/Sshpod.</summary>
    public static IEnumerable<string> OnDisk => Files().Select(Of).Distinct();

    /// <summary>Every C# file with its namespace.</summary>
    public static IEnumerable<(string File, string Namespace)> Namespaces =>
        from file in Files()
        from declaration in Parse(file, File.ReadAllText(file)).GetRoot().DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>()
        select (Name(file), declaration.Name.ToString());

    private static readonly Lazy<CSharpCompilation> Program = new(() => CSharpCompilation.Create("sshpod",
        Files().Select(file => Parse(file, File.ReadAllText(file))).Append(Parse("Usings.cs", """
            global using System;
            global using System.Collections.Generic;
            global using System.IO;
            global using System.Linq;
            global using System.Net.Http;
            global using System.Threading;
            global using System.Threading.Tasks;
            """)),
        References(), new CSharpCompilationOptions(OutputKind.ConsoleApplication, allowUnsafe: true)));

    /// <summary>Uses of a later folder, as <c>FILE line N uses TYPE of FOLDER</c>.</summary>
    public static string[] Upward() => [.. Program.Value.SyntaxTrees.SelectMany(tree => Upward(tree, Program.Value.GetSemanticModel(tree)))
        .Distinct()];

    /// <summary>The same for one more file.</summary>
    /// <param name="path">Where it would be, relative to src/Sshpod.</param>
    /// <param name="text">Its text.</param>
    public static string[] UpwardFrom(string path, string text)
    {
        var planted = Parse(Path.Combine(Root, path), text);
        return [.. Upward(planted, Program.Value.AddSyntaxTrees(planted).GetSemanticModel(planted)).Distinct()];
    }

    private static IEnumerable<string> Upward(SyntaxTree tree, SemanticModel model)
    {
        if (!Path.IsPathRooted(tree.FilePath))
            yield break;
        var own = Array.IndexOf(InOrder, Of(tree.FilePath));
        foreach (var name in tree.GetRoot().DescendantNodes(descendIntoTrivia: true).OfType<SimpleNameSyntax>())
        {
            var info = model.GetSymbolInfo(name);
            var symbol = info.Symbol ?? info.CandidateSymbols.FirstOrDefault();
            if ((symbol as INamedTypeSymbol ?? symbol?.ContainingType) is not { } type || Source(type) is not { } source)
                continue;
            var folder = Of(source);
            if (Array.IndexOf(InOrder, folder) > own)
                yield return $"{Name(tree.FilePath)} line {name.GetLocation().GetLineSpan().StartLinePosition.Line + 1}"
                    + $" uses {type.Name} of {(folder.Length > 0 ? folder : "src/Sshpod")}";
        }
    }

    private static string? Source(INamedTypeSymbol type) =>
        type.Locations.FirstOrDefault(location => location.IsInSource)?.SourceTree?.FilePath;

    private static SyntaxTree Parse(string file, string text) =>
        CSharpSyntaxTree.ParseText(text, new CSharpParseOptions(LanguageVersion.Preview), file);

    // The process of this test has every assembly that the program references; the program itself is compiled here.
    private static IEnumerable<MetadataReference> References() => ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
        .Split(Path.PathSeparator).Where(assembly => Path.GetFileName(assembly) is not ("sshpod.dll" or "Sshpod.Tests.dll"))
        .Select(assembly => MetadataReference.CreateFromFile(assembly));

    private static IEnumerable<string> Files() => Directory.EnumerateFiles(Root, "*.cs", SearchOption.AllDirectories)
        .Where(file => Name(file) is var name && !name.StartsWith("obj/", StringComparison.Ordinal)
            && !name.StartsWith("bin/", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);

    private static string Name(string file) => Path.GetRelativePath(Root, file).Replace('\\', '/');

    private static string Of(string file) => Path.GetDirectoryName(Name(file))!.Replace('\\', '/');
}
