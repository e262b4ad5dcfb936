using Sshpod.Clusters;
using Sshpod.Terminal;

namespace Sshpod.Tunnels;

/// <summary>A connection through the stdin and stdout of a command that carries them to the port.</summary>
/// <param name="exec">The command, such as <c>sshd connect PORT</c>; disposed with this.</param>
internal sealed class ExecForward(IExec exec) : IPortForward
{
    /// <inheritdoc/>
    public Stream Stream { get; } = new BothWays(exec.Output, exec.Input);

    /// <inheritdoc/>
    public void CompleteWriting() => exec.Input.Dispose();

    /// <inheritdoc/>
    public async Task<SshpodException?> ExplainEndAsync(CancellationToken cancellation) => await exec.ExplainEndAsync(cancellation);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => exec.DisposeAsync();

    /// <summary>Two streams as one.</summary>
    private sealed class BothWays(Stream output, Stream input) : Stream
    {
        public override bool CanRead => true;
        public override bool CanWrite => true;
        public override bool CanSeek => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => output.ReadAsync(buffer, cancellationToken);
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await input.WriteAsync(buffer, cancellationToken);
            await input.FlushAsync(cancellationToken);
        }
        public override int Read(byte[] buffer, int offset, int count) => output.Read(buffer, offset, count);
        public override void Write(byte[] buffer, int offset, int count) => input.Write(buffer, offset, count);
        public override void Flush() => input.Flush();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
