using System.Runtime.InteropServices;

// Libraries are the system's. .NET looks for "libc" beside the program first: a libc.so in the folder of downloads would run in sshpod.
[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
