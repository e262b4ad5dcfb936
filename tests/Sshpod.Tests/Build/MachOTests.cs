using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Sshpod.Tests.Build;

/// <summary>
/// macOS on arm64 runs only signed programs (ad hoc will do), and kills a program whose pages differ from the hashes in its signature. This
/// checks what the kernel checks, according to <c>xnu/osfmk/kern/cs_blobs.h</c>.
/// </summary>
public sealed class MachOTests
{
    private const uint Magic64 = 0xFEEDFACF;
    private const uint CodeSignatureCommand = 0x1D;
    private const uint SuperBlob = 0xFADE0CC0;
    private const uint CodeDirectory = 0xFADE0C02;
    private const uint AdHoc = 2;
    private const byte Sha256 = 2;

    private static string Program => Path.Combine(Document.Root, "artifacts/osx-arm64/sshpod");

    [Fact]
    public void The_program_for_macOS_is_signed_and_each_page_is_what_was_signed()
    {
        var program = Read();
        var (offset, directory) = Signature(program);
        Assert.Equal(offset, Field(directory, 32));
        Assert.NotEqual(0u, Field(directory, 12) & AdHoc);
        Assert.Equal((32, Sha256), (directory[36], directory[37]));
        Assert.Equal([], DamagedPages(program, directory));
    }

    [Fact]
    public void A_page_that_was_changed_after_signing_is_seen()
    {
        var program = Read();
        program[5000] ^= 1;
        Assert.Equal([5000 >> Signature(program).Directory[39]], DamagedPages(program, Signature(program).Directory));
    }

    private static byte[] Read()
    {
        if (!File.Exists(Program) && Environment.GetEnvironmentVariable("CI") != "true")
            Assert.Skip("there is no program for macOS: build/test.sh makes it");
        return File.ReadAllBytes(Program);
    }

    private static IEnumerable<int> DamagedPages(byte[] program, byte[] directory)
    {
        var (hashes, count, signed) = ((int)Field(directory, 16), (int)Field(directory, 28), (int)Field(directory, 32));
        var page = 1 << directory[39];
        Assert.Equal((signed + page - 1) / page, count);
        return Enumerable.Range(0, count).Where(number =>
        {
            var start = number * page;
            var hash = SHA256.HashData(program.AsSpan(start, Math.Min(page, signed - start)));
            return !hash.AsSpan().SequenceEqual(directory.AsSpan(hashes + 32 * number, 32));
        });
    }

    // Where the signature begins, which is also the end of the signed data, and its code directory.
    private static (uint Offset, byte[] Directory) Signature(byte[] program)
    {
        Assert.Equal(Magic64, BinaryPrimitives.ReadUInt32LittleEndian(program));
        var commands = BinaryPrimitives.ReadUInt32LittleEndian(program.AsSpan(16));
        var next = 32;
        for (var number = 0; number < commands; number++)
        {
            var at = next;
            next += (int)BinaryPrimitives.ReadUInt32LittleEndian(program.AsSpan(at + 4));
            if (BinaryPrimitives.ReadUInt32LittleEndian(program.AsSpan(at)) != CodeSignatureCommand)
                continue;
            var offset = BinaryPrimitives.ReadUInt32LittleEndian(program.AsSpan(at + 8));
            var blob = program[(int)offset..];
            Assert.Equal(SuperBlob, Field(blob, 0));
            var directory = blob[(int)Field(blob, 16)..];
            Assert.Equal(CodeDirectory, Field(directory, 0));
            return (offset, directory[..(int)Field(directory, 4)]);
        }
        throw new InvalidDataException("it has no signature");
    }

    private static uint Field(byte[] blob, int at) => BinaryPrimitives.ReadUInt32BigEndian(blob.AsSpan(at));
}
