// Writes the bill of materials of the program as CycloneDX 1.6: what was compiled in, with versions and hashes.
//   dotnet run build/Sbom.cs -- MANIFEST ASSETS OUTPUT [PACKAGES]
// MANIFEST is what the build of the bundles wrote, ASSETS the project.assets.json of the program, PACKAGES the SHA256SUMS of the packages of
// Debian that a static program is linked with. There is no CycloneDX tool to be had
// from the package registry, so the few fields are written here.
#:property PublishAot=false
#:property EnforceCodeStyleInBuild=false
#:property JsonSerializerIsReflectionEnabledByDefault=true
using System.Text.Json.Nodes;

var manifest = JsonNode.Parse(File.ReadAllText(args[0]))!.AsObject();
var assets = JsonNode.Parse(File.ReadAllText(args[1]))!.AsObject();
var version = (string)assets["project"]!["version"]!;

var components = new JsonArray();

// Packages, by the assets file that decided what was compiled.
foreach (var (id, library) in assets["libraries"]!.AsObject())
{
    if ((string?)library!["type"] != "package" || IsAnalyzer(id, library))
        continue;
    var (name, number) = (id.Split('/')[0], id.Split('/')[1]);
    var hash = Convert.ToHexStringLower(Convert.FromBase64String((string)library["sha512"]!));
    components.Add(Component("library", name, number, $"pkg:nuget/{name}@{number}", ("SHA-512", hash)));
}

// The bundles, each made of OpenSSH, parts of OpenSSL's libcrypto and of Mbed TLS, musl and our overrides.
var openssh = (string)manifest["openssh"]!;
foreach (var library in new[] { "openssl", "mbedtls" })
{
    var used = (string)manifest[library]!;
    components.Add(OfSource(Component("library", library, used, SourcePackage(library, used)), library));
}
foreach (var (architecture, bundle) in manifest["bundles"]!.AsObject())
{
    var component = Component("application", $"sshd-{architecture}", openssh, null, ("SHA-256", (string)bundle!["sha256"]!));
    components.Add(OfSource(component, "openssh"));
}
foreach (var (input, hash) in manifest["inputs"]!.AsObject())
    components.Add(Component("file", input, null, PackageUrl(input), ("SHA-256", (string)hash!)));

// glibc and OpenSSL of a static program: HASH  NAME_VERSION_ARCHITECTURE.deb
foreach (var line in args.Length > 3 ? File.ReadAllLines(args[3]) : [])
{
    var (hash, file) = (line.Split("  ")[0], Uri.UnescapeDataString(Path.GetFileNameWithoutExtension(line.Split("  ")[1])).Split('_'));
    components.Add(Component("library", file[0], file[1], $"pkg:deb/debian/{file[0]}@{file[1]}?arch={file[2]}", ("SHA-256", hash)));
}

var document = new JsonObject
{
    ["bomFormat"] = "CycloneDX",
    ["specVersion"] = "1.6",
    ["version"] = 1,
    ["metadata"] = new JsonObject { ["component"] = Component("application", "sshpod", version, $"pkg:generic/sshpod@{version}") },
    ["components"] = components,
};
File.WriteAllText(args[2], document.ToJsonString(new() { WriteIndented = true }) + "\n");

// Where the newest version that was listed could not be fetched, it stands beside the one that was used.
JsonObject OfSource(JsonObject component, string package)
{
    var newest = (string?)manifest["newestListed"]?[package];
    if (!string.IsNullOrEmpty(newest) && newest != (string?)manifest[package])
        component["properties"] = new JsonArray(new JsonObject { ["name"] = "sshpod:newestListed", ["value"] = newest });
    return component;
}

// It has files for the compiler, and none for the program.
bool IsAnalyzer(string id, JsonNode library) =>
    library["files"]!.AsArray().Any(file => ((string)file!).StartsWith("analyzers/", StringComparison.Ordinal))
    && assets["targets"]!.AsObject().All(target => target.Value![id]?.AsObject() is not { } package || !(package.ContainsKey("compile") || package.ContainsKey("runtime")));

static string SourcePackage(string name, string version) => $"pkg:deb/debian/{name}@{version}?arch=source";

// NAME_VERSION.dsc describes a source package of Debian.
static string? PackageUrl(string input) => input.EndsWith(".dsc", StringComparison.Ordinal) && input[..^4].Split('_') is [var name, var version]
    ? SourcePackage(name, version)
    : null;

static JsonObject Component(string type, string name, string? version, string? purl, params (string Algorithm, string Content)[] hashes)
{
    var component = new JsonObject { ["type"] = type, ["name"] = name };
    if (version is not null)
        component["version"] = version;
    if (purl is not null)
        component["purl"] = purl;
    if (hashes.Length > 0)
        component["hashes"] = new JsonArray([.. hashes.Select(hash => new JsonObject { ["alg"] = hash.Algorithm, ["content"] = hash.Content })]);
    return component;
}
