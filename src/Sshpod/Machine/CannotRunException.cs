namespace Sshpod.Machine;

/// <summary>A program cannot be started. The caller adds what it is for and what to do about it.</summary>
internal sealed class CannotRunException(string reason) : Exception(reason);
