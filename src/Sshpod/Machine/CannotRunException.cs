namespace Sshpod.Machine;

/// <summary>A program cannot be started. Who starts it says what it is for and who can change that.</summary>
internal sealed class CannotRunException(string reason) : Exception(reason);
