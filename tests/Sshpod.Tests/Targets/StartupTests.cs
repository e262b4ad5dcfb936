using Sshpod.Clusters.Objects;
using Sshpod.HostNames;
using Sshpod.Targets;
using Sshpod.Terminal;
using static Sshpod.Tests.Targets.Objects;

namespace Sshpod.Tests.Targets;

public class StartupTests
{
    [Theory]
    [InlineData("ContainerCreating")]
    [InlineData("PodInitializing")]
    [InlineData("ErrImagePull")]
    public void A_container_that_is_on_its_way_is_starting(string reason)
    {
        var starting = Starting(ContainerChoice.Choose(Pending(Waits(reason)), null));
        Assert.Equal($"container \"main\" of pod \"p\": Pending: {reason}", starting.State);
        Assert.EndsWith($"is not running (Pending: {reason}) after 7 s", starting.After(TimeSpan.FromSeconds(7)).Message);
    }

    [Theory]
    [InlineData("CrashLoopBackOff")]
    [InlineData("ImagePullBackOff")]
    [InlineData("InvalidImageName")]
    [InlineData("CreateContainerConfigError")]
    public void A_container_that_cannot_start_is_an_error_with_the_reason(string reason)
    {
        var error = Assert.Throws<SshpodException>(() => ContainerChoice.Choose(Pending(Waits(reason, "because")), null));
        Assert.Contains($"{reason}: because", error.Message);
    }

    [Theory]
    [InlineData("Always", 0, true)]
    [InlineData("Always", 1, true)]
    [InlineData("OnFailure", 0, false)]
    [InlineData("OnFailure", 1, true)]
    [InlineData("Never", 1, false)]
    public void A_container_that_has_ended_is_starting_where_it_is_restarted(string policy, int code, bool starts)
    {
        var pod = Pending(new ContainerState(Terminated: new("Error", ExitCode: code)));
        pod = pod with { Spec = pod.Spec with { RestartPolicy = policy } };
        Assert.Equal(starts, Startup.IsPossible(pod, "main"));
    }

    [Theory]
    [InlineData("Always", 1, 2, 1, true)]
    [InlineData("Always", 0, 5, 1, true)]
    [InlineData("Always", 1, 1, 1, false)]
    [InlineData("Always", 1, 9, 3600, false)]
    [InlineData("OnFailure", 1, 2, 1, true)]
    public void A_container_that_has_ended_again_and_again_is_a_crash_loop_before_Kubernetes_says_so(
        string policy, int code, int restarts, int seconds, bool isLoop)
    {
        var ended = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var pod = Pending(new ContainerState(
            Terminated: new("Error", ExitCode: code, StartedAt: ended.AddSeconds(-seconds), FinishedAt: ended)), restarts);
        pod = pod with { Spec = pod.Spec with { RestartPolicy = policy } };
        Assert.Equal(!isLoop, Startup.IsPossible(pod, "main"));
        Assert.Equal(isLoop ? $"crash loop: exit code {code} after {restarts} restarts" : null, Startup.Obstacle(pod));
        if (isLoop)
            Assert.Contains($"is not running (Pending: Error: crash loop: exit code {code} after {restarts} restarts)",
                Assert.Throws<SshpodException>(() => ContainerChoice.Choose(pod, null)).Message);
    }

    [Fact]
    public void A_container_that_has_done_its_work_after_restarts_is_no_crash_loop()
    {
        var pod = Pending(new ContainerState(Terminated: new("Completed", ExitCode: 0)), restarts: 3);
        Assert.Null(Startup.CrashLoop(pod with { Spec = pod.Spec with { RestartPolicy = "OnFailure" } }, "main"));
    }

    [Fact]
    public void A_deployment_names_the_crash_loop_of_its_pod()
    {
        var pod = Pending(new ContainerState(Terminated: new("Error", ExitCode: 3)), restarts: 4);
        pod = pod with { Metadata = pod.Metadata with { OwnerReferences = [new OwnerReference("uid-of-web", true)] } };
        var error = Assert.Throws<SshpodException>(
            () => PodChoice.Choose(Search(TargetKind.ReplicaSet, Workload("web")), new PodList([pod], []), null));
        Assert.Contains("1 not ready: p crash loop: exit code 3 after 4 restarts", error.Message);
    }

    [Fact]
    public void An_init_container_that_cannot_go_on_keeps_the_others_from_starting()
    {
        var pod = Pending(Waits("PodInitializing"));
        Assert.True(Startup.IsPossible(With(new ContainerState(Terminated: new("Completed", ExitCode: 0))), "main"));
        Assert.False(Startup.IsPossible(With(Waits("CrashLoopBackOff")), "main"));
        Assert.False(Startup.IsPossible(With(new ContainerState(Terminated: new("Completed", ExitCode: 0))), "init"));

        Pod With(ContainerState state) =>
            pod with { Status = pod.Status with { InitContainerStatuses = [new ContainerStatus("init", null, state)] } };
    }

    [Fact]
    public void The_schedulers_word_is_told_and_marked()
    {
        var pod = Pod("p", phase: "Pending");
        pod = pod with
        {
            Status = new PodStatus("Pending",
            Conditions: [new PodCondition("PodScheduled", "False", "Unschedulable", "0/1 nodes are available")])
        };
        var starting = Starting(ContainerChoice.Choose(pod, null));
        Assert.True(starting.NeedsNode);
        Assert.Contains("Unschedulable: 0/1 nodes are available", starting.Message);
    }

    [Fact]
    public void A_deleted_pod_of_a_stateful_set_comes_anew()
    {
        var pod = Pod("p", terminating: true, phase: "Failed");
        Assert.IsType<SshpodException>(Record.Exception(() => ContainerChoice.Choose(pod, null)));
        pod = pod with { Metadata = pod.Metadata with { OwnerReferences = [new OwnerReference("x", true, "StatefulSet")] } };
        Assert.True(Starting(ContainerChoice.Choose(pod, null)).ComesAnew);
    }

    [Theory]
    [InlineData(1, null, true)]
    [InlineData(0, null, false)]
    [InlineData(1, "exceeded quota", false)]
    public void A_deployment_without_pods_is_starting_unless_it_wants_none_or_cannot_create_any(int replicas, string? failure, bool starts)
    {
        var workload = Workload("web") with
        {
            Spec = new WorkloadSpec(Replicas: replicas),
            Status = new WorkloadStatus(failure is null ? [] : [new PodCondition("ReplicaFailure", "True", "FailedCreate", failure)]),
        };
        Availability<Pod> Choose() => PodChoice.Choose(Search(TargetKind.Deployment, workload), new PodList([], []), null);
        var error = starts ? Starting(Choose()).After(TimeSpan.Zero) : Assert.Throws<SshpodException>(Choose);
        Assert.Contains($"no ready pod (no pods at all{(failure is null ? "" : $": {failure}")})", error.Message);
    }

    [Fact]
    public void A_job_that_has_ended_or_is_suspended_is_not_starting()
    {
        var job = Workload("batch");
        Assert.True(Search(TargetKind.Job, job).MakesPods);
        Assert.False(Search(TargetKind.Job, job with { Spec = new WorkloadSpec(Suspend: true) }).MakesPods);
        Assert.False(
            Search(TargetKind.Job, job with { Status = new WorkloadStatus([new PodCondition("Complete", "True")]) }).MakesPods);
    }

    [Fact]
    public void Pods_that_are_deleted_have_successors_and_pods_that_cannot_start_have_not()
    {
        var search = Search(TargetKind.ReplicaSet, Workload("web"));
        Assert.Equal("replicaset \"web\": a new pod",
            Starting(PodChoice.Choose(search, new PodList([Pod("a", "web", terminating: true)], []), null)).State);
        var blocked = Pending(Waits("ImagePullBackOff", "no such image"));
        blocked = blocked with { Metadata = blocked.Metadata with { OwnerReferences = [new OwnerReference("uid-of-web", true)] } };
        var error = Record.Exception(() => PodChoice.Choose(search, new PodList([Pod("a", "web", terminating: true), blocked], []), null));
        Assert.IsType<SshpodException>(error);
        Assert.Contains("2 not ready: a Terminating, p ImagePullBackOff: no such image", error.Message);
    }

    private static PodSearch Search(TargetKind kind, Workload workload) =>
        (PodSearch)TargetTable.Row(kind).ReadAsync(new KnownObjects(workload), null, "", default).Result;

    private static Starting Starting<T>(Availability<T> target) where T : class
    {
        Assert.Null(target.Found);
        return target.Starting!;
    }

    private static ContainerState Waits(string reason, string? message = null) => new(Waiting: new(reason, message));

    private static Pod Pending(ContainerState state, int? restarts = null)
    {
        var pod = Pod("p");
        return pod with
        {
            Status = new PodStatus("Pending", Conditions: [new PodCondition("Ready", "False")],
            ContainerStatuses: [new ContainerStatus("main", null, state, restarts)])
        };
    }
}
