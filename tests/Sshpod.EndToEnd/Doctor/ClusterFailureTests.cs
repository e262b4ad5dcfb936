using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Doctor;

public sealed class ClusterFailureTests(TestCluster cluster)
{
    [Theory]
    [InlineData(null, "no cluster is configured: ", "you: set KUBECONFIG or write ~/.kube/config")]
    [InlineData("contexts: [", "the kubeconfig cannot be read: ")]
    [InlineData("- a list", "is not a mapping")]
    public async Task The_kubeconfig_is_missing_or_broken(string? content, params string[] words)
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        workstation.Environment["KUBECONFIG"] = workstation.File("own-kubeconfig");
        if (content is not null)
            await File.WriteAllTextAsync(workstation.File("own-kubeconfig"), content);
        var run = await DoctorRun.RunAsync(workstation);
        run.FailsAt("kubeconfig", words);
        Assert.Equal(("skipped", "not checked, since \"kubeconfig\" is not ok"),
            (run.Checks["api-server"].Outcome, run.Checks["api-server"].Text));
    }

    [Fact]
    public async Task One_of_several_kubeconfigs_is_missing()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        workstation.Environment["KUBECONFIG"] += $":{workstation.File("gone")}";
        (await DoctorRun.RunAsync(workstation)).WarnsAt("kubeconfig", $"without {workstation.File("gone")}, which is missing");
    }

    [Fact]
    public async Task The_host_name_names_a_context_that_is_not_there()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        (await DoctorRun.RunAsync(workstation, "pod--busybox.context--nowhere.sshpod")).FailsAt(
            "context", "no context \"nowhere\" in the kubeconfig");
    }

    [Theory]
    [InlineData("{\"apiVersion\": \"v1\", \"kind\": \"Config\", \"contexts\": []}", "sets no current context")]
    [InlineData("{\"current-context\": \"gone\", \"contexts\": []}", "no context \"gone\"")]
    [InlineData(
        "{\"current-context\": \"c\", \"contexts\": [{\"name\": \"c\", \"context\": {\"cluster\": \"x\", \"user\": \"y\"}}], \"users\": "
        + "[{\"name\": \"y\", \"user\": {}}]}", "names cluster \"x\", which the kubeconfig does not have")]
    [InlineData(
        "{\"current-context\": \"c\", \"contexts\": [{\"name\": \"c\", \"context\": {\"cluster\": \"x\"}}], \"clusters\": [{\"name\": "
        + "\"x\", \"cluster\": {\"server\": \"https://\"}}]}", "has no API server URL")]
    public async Task The_context_is_incomplete(string kubeconfig, string words)
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        workstation.Environment["KUBECONFIG"] = workstation.File("own-kubeconfig");
        await File.WriteAllTextAsync(workstation.File("own-kubeconfig"), kubeconfig);
        (await DoctorRun.RunAsync(workstation)).FailsAt("context", words);
    }

    [Fact]
    public async Task The_name_of_the_context_does_not_fit_into_a_host_name()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        await workstation.UseKubeconfigAsync(config => config.RenameContextAsync("kubernetes-admin@kubernetes"));
        (await DoctorRun.RunAsync(workstation)).WarnsAt(
            "context", "\"kubernetes-admin@kubernetes\"", "its name cannot be written in a host name",
            "and write context--kubernetes: aliases: {contexts: {kubernetes: \"kubernetes-admin@kubernetes\"}}");
    }

    [Theory]
    [InlineData("spdy", "SSHPOD_TRANSPORT is \"spdy\"; you: use auto, api or kubectl")]
    [InlineData("kubectl", "there is no kubectl on your PATH; you: install kubectl")]
    public async Task The_transport_cannot_be_had(string transport, string words)
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        workstation.Environment["SSHPOD_TRANSPORT"] = transport;
        workstation.Environment["PATH"] = workstation.MakePath("ssh", "ssh-keygen");
        (await DoctorRun.RunAsync(workstation)).FailsAt("transport", words);
    }

    [Theory]
    [InlineData(null, "cannot run credential plugin my-login: it is not on your PATH; you: apt install my-login")]
    [InlineData("exit 7", "credential plugin my-login ended with exit code 7")]
    [InlineData("echo nonsense", "credential plugin my-login printed no ExecCredential")]
    [InlineData("sleep 1000", "credential plugin my-login did not end in 15 s; you: log in to the cluster again")]
    public async Task The_credential_plugin_is_missing_fails_babbles_or_hangs(string? script, string words)
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        await workstation.UseKubeconfigAsync(config => config.SetPluginAsync("my-login"));
        if (script is not null)
            FakeProgram.Install(workstation, "my-login", script);
        var run = await DoctorRun.RunAsync(workstation);
        run.FailsAt("credentials", words);
        Assert.Equal("skipped", run.Checks["api-server"].Outcome);
    }

    [Fact]
    public async Task The_credentials_are_not_accepted()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        await workstation.UseKubeconfigAsync(config => config.UseTokenAsync("nonsense"));
        (await DoctorRun.RunAsync(workstation)).FailsAt(
            "api-server", "does not accept the credentials of the current context; you: log in to the cluster again");
    }

    [Fact]
    public async Task The_proxy_is_not_there()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        workstation.Environment["HTTPS_PROXY"] = "http://me:secret@127.0.0.1:9";
        var run = await DoctorRun.RunAsync(workstation);
        run.FailsAt("proxy", "http://127.0.0.1:9, since HTTPS_PROXY is set, and it accepts no connection");
        Assert.DoesNotContain("secret", run.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_api_server_refuses_connections()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        await workstation.UseKubeconfigAsync(config => config.SetServerAsync("https://127.0.0.1:9"));
        (await DoctorRun.RunAsync(workstation)).FailsAt(
            "api-server", "API server 127.0.0.1:9", "refuses connections", "you: check that the cluster is running, and your VPN or proxy");
    }

    [Fact]
    public async Task The_api_server_is_silent()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var workstation = await Workstation.SetUpAsync(cluster);
        await workstation.UseKubeconfigAsync(config => config.SetServerAsync($"https://{silent.LocalEndpoint}"));
        (await DoctorRun.RunAsync(workstation)).FailsAt("api-server");
    }

    [Fact]
    public async Task The_api_server_has_a_certificate_of_another_authority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=another", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await using var workstation = await Workstation.SetUpAsync(cluster);
        await workstation.UseKubeconfigAsync(config => config.SetAuthorityAsync(authority.ExportCertificatePem()));
        (await DoctorRun.RunAsync(workstation)).FailsAt("api-server", "certificate");
    }

    private const string Get = "{apiGroups: [\"\"], resources: [pods], verbs: [get]}",
        Exec = "{apiGroups: [\"\"], resources: [pods/exec], verbs: [get, create]}",
        Forward = "{apiGroups: [\"\"], resources: [pods/portforward], verbs: [get, create]}";

    [Theory]
    [InlineData("doctor-no-get", $"{Exec}, {Forward}", "rights-pods",
        "may not get pods in namespace \"NAMESPACE\"; the administrator: grant it with a Role in namespace \"NAMESPACE\": get on pods")]
    [InlineData("doctor-no-exec", $"{Get}, {Forward}", "rights-exec",
        "may not get pods/exec, create pods/exec in namespace \"NAMESPACE\"; the administrator: grant it with a Role in namespace "
        + "\"NAMESPACE\": get and create on pods/exec")]
    public async Task A_right_is_missing(string name, string rules, string check, string words)
    {
        await using var workstation = await LimitedUser.SetUpAsync(cluster, name, rules);
        (await DoctorRun.RunAsync(workstation, "--no-connect", workstation.Host("pod--busybox")))
            .FailsAt(check, words.Replace("NAMESPACE", cluster.Namespace, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_the_right_to_port_forward_exec_carries_the_connection_unless_port_forward_is_asked_for()
    {
        await using var workstation = await LimitedUser.SetUpAsync(cluster, "doctor-no-forward", $"{Get}, {Exec}");
        var run = await DoctorRun.RunAsync(workstation, workstation.Host("pod--busybox"));
        Assert.Equal((0, "warning", "warning", "ok", "ok"),
            (run.ExitCode, run.Checks["rights-port-forward"].Outcome, run.Checks["port-forward"].Outcome, run.Checks["exec"].Outcome,
                run.Checks["login"].Outcome));
        Assert.Contains("may not", run.Checks["port-forward"].Text, StringComparison.Ordinal);

        workstation.Environment["SSHPOD_TUNNEL"] = "port-forward";
        (await DoctorRun.RunAsync(workstation, workstation.Host("pod--busybox"))).FailsAt(
            "rights-port-forward", "may not get pods/portforward, create pods/portforward");
        workstation.Environment["SSHPOD_TUNNEL"] = "nonsense";
        (await DoctorRun.RunAsync(workstation, workstation.Host("pod--busybox"))).FailsAt(
            "rights-port-forward", "SSHPOD_TUNNEL is \"nonsense\"");
    }

    [Theory]
    [InlineData("doctor-no-list", "deployment--web", $"{Get}, {{apiGroups: [apps], resources: [deployments], verbs: [get]}}",
        "may not list pods, list replicasets.apps")]
    [InlineData("doctor-no-job", "job--batch", "{apiGroups: [\"\"], resources: [pods], verbs: [get, list]}", "may not get jobs.batch")]
    public async Task A_right_for_what_has_pods_is_missing(string name, string target, string rules, string words)
    {
        await using var workstation = await LimitedUser.SetUpAsync(cluster, name, $"{rules}, {Exec}, {Forward}");
        (await DoctorRun.RunAsync(workstation, "--no-connect", workstation.Host(target))).FailsAt("rights-pods", words);
    }

    [Fact]
    public async Task Who_may_create_an_exec_and_not_get_one_connects_over_SPDY_without_kubectl()
    {
        const string Create = "{apiGroups: [\"\"], resources: [pods/exec, pods/portforward], verbs: [create]}";
        await using var workstation = await LimitedUser.SetUpAsync(cluster, "doctor-create", $"{Get}, {Create}");
        workstation.Environment["SSHPOD_TRANSPORT"] = "auto";
        workstation.Environment["PATH"] = workstation.MakePath("ssh", "ssh-keygen");
        var run = await DoctorRun.RunAsync(workstation, "--no-connect", workstation.Host("pod--busybox"));
        Assert.Equal(("warning", "warning", "ok", "SPDY"), (run.Checks["rights-exec"].Outcome,
            run.Checks["rights-port-forward"].Outcome, run.Checks["websocket"].Outcome, run.Checks["websocket"].Text));
        (await workstation.SshAsync("pod--busybox", "true")).Quietly();
    }
}
