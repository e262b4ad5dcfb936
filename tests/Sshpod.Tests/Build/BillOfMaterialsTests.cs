using System.Text.Json.Nodes;

namespace Sshpod.Tests.Build;

/// <summary>The bill of materials that <c>build/publish.sh</c> puts beside each program.</summary>
public sealed class BillOfMaterialsTests
{
    public static TheoryData<string> Systems => ["linux-x64", "linux-arm64", "osx-arm64"];

    [Theory, MemberData(nameof(Systems))]
    public async Task A_program_s_bill_names_the_runtime_in_it_and_licences_and_has_a_number_of_its_own(string system)
    {
        var file = Path.Combine(Document.Root, "artifacts", system, "sshpod.cdx.json");
        Assert.SkipUnless(File.Exists(file), $"there is no program for {system}: build/publish.sh {system} artifacts makes it");
        var bill = JsonNode.Parse(await File.ReadAllTextAsync(file))!;

        Assert.Matches("^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", (string)bill["serialNumber"]!);
        var components = bill["components"]!.AsArray().Select(component => component!).ToArray();
        var runtime = components.Where(component => (string)component["type"]! == "framework").ToArray();
        Assert.NotEmpty(runtime);
        Assert.All(runtime, component => Assert.EndsWith($".{system}", (string)component["name"]!, StringComparison.Ordinal));
        // Components that are files are inputs of the build, whose package is listed as well.
        var parts = components.Where(component => (string)component["type"]! != "file" && (string)component["name"]! != "linux-libc-dev");
        Assert.All(parts, component => Assert.NotNull(component["licenses"]));
    }
}
