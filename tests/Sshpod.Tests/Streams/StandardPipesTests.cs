using System.IO.Pipes;
using Sshpod.Streams;

namespace Sshpod.Tests.Streams;

public class StandardPipesTests
{
    [Fact]
    public void A_pipe_that_nobody_reads_any_more_is_told_from_one_that_is_full()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows does not say");
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        var file = (int)pipe.SafePipeHandle.DangerousGetHandle();
        Assert.False(StandardPipes.IsReaderGone(file));
        // As much as fits into the smallest pipe of any system.
        pipe.Write(new byte[512]);
        Assert.False(StandardPipes.IsReaderGone(file));
        pipe.DisposeLocalCopyOfClientHandle();
        Assert.True(StandardPipes.IsReaderGone(file));
    }
}
