using System.Runtime.Versioning;

// The suite brings its own cluster up and speaks about Unix file modes.
[assembly: SupportedOSPlatform("linux")]
