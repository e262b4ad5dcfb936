using System.Runtime.InteropServices;

// Load only the system's libraries. .NET looks for "libc" beside the program first: a libc.so in a downloads folder would run in sshpod.
[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
