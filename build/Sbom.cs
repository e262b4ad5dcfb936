// Writes the bill of materials of the program as CycloneDX 1.6: what was compiled in, with versions and hashes.
//   dotnet run build/Sbom.cs -- MANIFEST ASSETS OUTPUT [PACKAGES]
// MANIFEST is what the build of the bundles wrote, ASSETS the project.assets.json of the program,
// PACKAGES the SHA256SUMS of the packages of Debian that a static program is linked with. There
// is no CycloneDX tool to be had from the package registry, so the few fields are written here.
#:property PublishAot=false
#:property EnforceCodeStyleInBuild=false
#:property JsonSerializerIsReflectionEnabledByDefault=true
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;

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
    components.Add(Licensed(Component("library", name, number, $"pkg:nuget/{name}@{number}", ("SHA-512", hash)), LicenceOf(name, number)));
}

// The .NET runtime that is linked in: one package for each system, which the assets name beside the others.
foreach (var package in assets["project"]!["frameworks"]!.AsObject().First().Value!["downloadDependencies"]?.AsArray() ?? [])
{
    var (name, number) = ((string)package!["name"]!, ((string)package["version"]!).Trim('[', ']').Split(',')[0]);
    if (!name.StartsWith("Microsoft.NETCore.App.Runtime.", StringComparison.Ordinal))
        continue;
    var file = InPackage(name, number, $"{name}.{number}.nupkg.sha512".ToLowerInvariant());
    var hash = Convert.ToHexStringLower(Convert.FromBase64String(File.ReadAllText(file).Trim()));
    components.Add(
        Licensed(Component("framework", name, number, $"pkg:nuget/{name}@{number}", ("SHA-512", hash)), LicenceOf(name, number)));
}

// The bundles, each made of OpenSSH, parts of OpenSSL's libcrypto and of Mbed TLS, musl and our overrides; and the shells, which are
// BusyBox.
var openssh = (string)manifest["openssh"]!;
// Both under Apache-2.0; for Mbed TLS that is the one of two licences that we chose.
foreach (var library in new[] { "openssl", "mbedtls" })
{
    var used = (string)manifest[library]!;
    components.Add(OfSource(Licensed(Component("library", library, used, SourcePackage(library, used)), "Apache-2.0"), library));
}
foreach (var (architecture, bundle) in manifest["bundles"]!.AsObject())
{
    var component = Component("application", $"sshd-{architecture}", openssh, null, ("SHA-256", (string)bundle!["sha256"]!));
    components.Add(OfSource(Licensed(component, "SSH-OpenSSH"), "openssh"));
}
var busybox = (string)manifest["busybox"]!;
foreach (var (architecture, shell) in manifest["shells"]!.AsObject())
{
    var component = Component("application", $"busybox-{architecture}", busybox, SourcePackage("busybox", busybox),
        ("SHA-256", (string)shell!["sha256"]!));
    components.Add(OfSource(Licensed(component, "GPL-2.0-only"), "busybox"));
}
foreach (var (input, hash) in manifest["inputs"]!.AsObject())
    components.Add(Component("file", input, null, PackageUrl(input), ("SHA-256", (string)hash!)));

// glibc and OpenSSL of a static program: HASH  NAME_VERSION_ARCHITECTURE.deb
foreach (var line in args.Length > 3 ? File.ReadAllLines(args[3]) : [])
{
    var (hash, file) = (line.Split("  ")[0], Uri.UnescapeDataString(Path.GetFileNameWithoutExtension(line.Split("  ")[1])).Split('_'));
    var component = Component("library", file[0], file[1], $"pkg:deb/debian/{file[0]}@{file[1]}?arch={file[2]}", ("SHA-256", hash));
    components.Add(Licensed(component, file[0] switch { "libc6-dev" => "LGPL-2.1-or-later", "libssl-dev" => "Apache-2.0", _ => null }));
}

var document = new JsonObject
{
    ["bomFormat"] = "CycloneDX",
    ["specVersion"] = "1.6",
    ["version"] = 1,
    ["metadata"] = new JsonObject
    {
        ["component"] = Licensed(Component("application", "sshpod", version, $"pkg:generic/sshpod@{version}"), "MIT"),
    },
    ["components"] = components,
};
// Of the contents, not of chance: the same program has the same bill.
var digest = SHA256.HashData(Encoding.UTF8.GetBytes(document.ToJsonString()));
digest[6] = (byte)(digest[6] & 0x0F | 0x80);
digest[8] = (byte)(digest[8] & 0x3F | 0x80);
document.Insert(2, "serialNumber", $"urn:uuid:{new Guid(digest.AsSpan(0, 16), bigEndian: true)}");
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
    && assets["targets"]!.AsObject()
    .All(target => target.Value![id]?.AsObject() is not { } package || !(package.ContainsKey("compile") || package.ContainsKey("runtime")));

// A file of a package in the folder where restore has put it.
string InPackage(string name, string number, string file) => assets["packageFolders"]!.AsObject()
    .Select(folder => Path.Combine(folder.Key, name.ToLowerInvariant(), number.ToLowerInvariant(), file)).First(File.Exists);

// As SPDX names it, where the package says it so.
string? LicenceOf(string name, string number)
{
    var manifest = XDocument.Load(InPackage(name, number, name.ToLowerInvariant() + ".nuspec"));
    return manifest.Descendants()
        .FirstOrDefault(element => element.Name.LocalName == "license" && (string?)element.Attribute("type") == "expression")?.Value;
}

static JsonObject Licensed(JsonObject component, string? licence)
{
    if (licence is not null)
        component["licenses"] = new JsonArray(new JsonObject { ["license"] = new JsonObject { ["id"] = licence } });
    return component;
}

static string SourcePackage(string name, string version) => $"pkg:deb/debian/{name}@{version}?arch=source";

// NAME_VERSION.dsc describes a source package of Debian.
static string? PackageUrl(string input) => input.EndsWith(".dsc", StringComparison.Ordinal)
    && input[..^4].Split('_') is [var name, var version]
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
        component["hashes"] = new JsonArray(
            [.. hashes.Select(hash => new JsonObject { ["alg"] = hash.Algorithm, ["content"] = hash.Content })]);
    return component;
}
