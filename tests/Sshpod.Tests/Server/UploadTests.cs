using System.Diagnostics;
using Sshpod.Server;

namespace Sshpod.Tests.Server;

public class UploadTests
{
    [Theory]
    [InlineData("sh", "h")]
    [InlineData("sh", "d")]
    [InlineData("sh", "")]
    [InlineData("bash", "")]
    [InlineData("busybox sh", "")]
    public async Task A_shell_takes_exactly_the_bytes_and_leaves_the_rest(string shell, string tools)
    {
        byte[] bytes = [.. Enumerable.Range(0, 256).SelectMany(b => new[] { (byte)b, (byte)'.', (byte)b })];
        var upload = Upload.Choose(canCloseInput: false, tools, bytes.Length);
        using var process = Start(shell, $"bytes() {{ {upload.Command}; }}; read -r a; bytes 2>/dev/null; cat");
        var input = process.StandardInput.BaseStream;
        await input.WriteAsync("line\n"u8.ToArray());
        await input.WriteAsync(upload.Encode(bytes));
        await input.WriteAsync(upload.End);
        await input.FlushAsync();

        // There is no EOF: the command must know by itself when it has everything.
        var output = new byte[bytes.Length];
        await process.StandardOutput.BaseStream.ReadExactlyAsync(output).AsTask().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(bytes, output);
        input.Close();
        Assert.Equal("", await process.StandardOutput.ReadToEndAsync());
    }

    [Fact]
    public void Where_the_stream_has_an_end_nothing_is_counted() =>
    Assert.Equal("cat", Upload.Choose(canCloseInput: true, "hd", 1).Command);

    private static Process Start(string shell, string script)
    {
        var words = shell.Split(' ');
        var start = new ProcessStartInfo(words[0], [.. words[1..], "-c", script])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true
        };
        start.Environment["LC_ALL"] = "C";
        return Process.Start(start)!;
    }
}
