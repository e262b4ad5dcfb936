using System.Runtime.Versioning;

// The suite brings up its own cluster, and checks Unix file modes.
[assembly: SupportedOSPlatform("linux")]
