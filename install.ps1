<#
.SYNOPSIS
Installs sshpod, or upgrades it: downloads the release for this system, checks it, puts it in place and runs `sshpod configure`.
.DESCRIPTION
For Windows PowerShell 5.1 and later. Nothing is changed before the download has been checked and the program has run once.
The environment variable SSHPOD_RELEASES is the URL of the releases page, if it is not the project's own.
.PARAMETER Prefix
The directory that the program goes into; %LOCALAPPDATA%\Programs\sshpod by default.
.PARAMETER Version
Which release; the newest by default.
.PARAMETER Yes
Do not ask.
.PARAMETER Uninstall
Take sshpod out of ssh's configuration, and remove the program.
.PARAMETER Purge
The same, and remove its settings, its key and its caches.
#>
[CmdletBinding()]
param(
    [string] $Prefix = '',
    [string] $Version = '',
    [switch] $Yes,
    [switch] $Uninstall,
    [switch] $Purge
)

# All is in functions, so that a script that was cut on its way does nothing.
function Stop-Install([string] $Message) {
    throw [System.OperationCanceledException]::new($Message)
}

function Write-Line([string] $Message) {
    [Console]::Error.WriteLine("install: $Message")
}

# Which of our archives is for this machine. A 32-bit PowerShell says x86 and names the system's own architecture in the second variable.
function Get-Platform {
    $machine = $env:PROCESSOR_ARCHITEW6432
    if (-not $machine) { $machine = $env:PROCESSOR_ARCHITECTURE }
    switch ($machine) {
        'AMD64' { return 'windows-amd64' }
        'ARM64' { return 'windows-arm64' }
    }
    Stop-Install "there is no release for Windows on '$machine'; on Linux and macOS use install.sh"
}

function Get-Releases {
    # build/release.sh writes into the copy of a release where it is published.
    $published = ''
    $url = $published
    if ($env:SSHPOD_RELEASES) { $url = $env:SSHPOD_RELEASES.TrimEnd('/') }
    if (-not $url) { Stop-Install 'this copy does not say where its releases are: use the one from a release, or set SSHPOD_RELEASES' }
    if (-not (Get-Signer)) { Stop-Install 'this copy does not know who signs releases: use the one from a release' }
    if (-not (Test-Secure $url)) {
        Stop-Install "SSHPOD_RELEASES is ${url}: it must begin with https://"
    }
    return $url
}

function Get-Signer {
    # And the public key of who signs it.
    $signer = ''
    return $signer
}

# What the hashes of a release say counts only when its signer has signed them.
function Assert-Signature([string] $Sums, [string] $Work) {
    $keygen = Get-Command ssh-keygen -CommandType Application -ErrorAction SilentlyContinue | Select-Object -First 1
    if (-not $keygen) {
        Stop-Install ('the signature of the release cannot be checked without ssh-keygen: install the OpenSSH client, which sshpod needs ' +
            'anyway (Settings, System, Optional features)')
    }
    $signers = Join-Path $Work 'signers'
    [System.IO.File]::WriteAllText($signers, "sshpod namespaces=`"sshpod-release`" $(Get-Signer)`n")
    $start = [System.Diagnostics.ProcessStartInfo]::new($keygen.Source,
        "-Y verify -f `"$signers`" -I sshpod -n sshpod-release -s `"$Sums.sig`"")
    $start.UseShellExecute = $false
    $start.RedirectStandardInput = $true
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    $verify = [System.Diagnostics.Process]::Start($start)
    # As bytes: a pipeline of PowerShell would change them.
    $bytes = [System.IO.File]::ReadAllBytes($Sums)
    try {
        $verify.StandardInput.BaseStream.Write($bytes, 0, $bytes.Length)
        $verify.StandardInput.Close()
    } catch {
        # It said why before it had read all.
        Write-Verbose $_
    }
    $said = $verify.StandardOutput.ReadToEnd() + $verify.StandardError.ReadToEnd()
    $verify.WaitForExit()
    if ($verify.ExitCode -ne 0) {
        $last = $said.Trim() -split '\r?\n' | Select-Object -Last 1
        Stop-Install "the release is not signed by the key that this script trusts ($last): nothing was installed"
    }
}

# What is offered as the newest release is at least the one that this script is from, and the one that is installed.
function Assert-Newest([string] $Number, [string] $At) {
    # And its version.
    $own = ''
    if (Test-Older $Number $own) {
        Stop-Install ("$At is version $Number, but this installer is from ${own}: nothing was installed; " +
            "to install $Number all the same, use -Version $Number")
    }
    $target = Join-Path $Prefix 'sshpod.exe'
    $reported = ''
    # What is elsewhere may be somebody else's program: it is not run.
    $isOurs = $env:LOCALAPPDATA -and $target.StartsWith((Join-Path $env:LOCALAPPDATA ''), [System.StringComparison]::OrdinalIgnoreCase)
    if ($isOurs -and (Test-Path -LiteralPath $target -PathType Leaf)) {
        try { $reported = [string] (& $target version 2>$null | Select-Object -First 1) } catch { Write-Verbose $_ }
    }
    if ($reported -notmatch '^sshpod ([0-9A-Za-z.-]+)(\+[0-9A-Za-z.+-]*)?$') { return }
    $installed = $Matches[1]
    if (Test-Older $Number $installed) {
        Stop-Install ("$target is version $installed, and the newest release at $At is ${Number}: nothing was installed; " +
            "to go back to $Number, use -Version $Number")
    }
}

# By the numbers between dots; 1.2.0-rc.1 is older than 1.2.0. False where these do not decide.
function Test-Older([string] $One, [string] $Other) {
    $left, $right = ($One -replace '\+.*'), ($Other -replace '\+.*')
    $number, $than = $null, $null
    if (-not [version]::TryParse(($left -replace '-.*'), [ref] $number)) { return $false }
    if (-not [version]::TryParse(($right -replace '-.*'), [ref] $than)) { return $false }
    if ($number -ne $than) { return $number -lt $than }
    if ($left -notmatch '-' -or $right -notmatch '-') { return $left -match '-' -and $right -notmatch '-' }
    return Test-OlderCandidate ($left -replace '^[^-]*-') ($right -replace '^[^-]*-')
}

# As `sshpod version --check` ranks them: rc.9 before rc.10, beta before rc, rc before rc.1.
function Test-OlderCandidate([string] $One, [string] $Other) {
    [string[]] $left = $One.Split('.')
    [string[]] $right = $Other.Split('.')
    for ($at = 0; $at -lt $left.Length -and $at -lt $right.Length; $at++) {
        if ($left[$at] -match '^[0-9]{1,9}$' -and $right[$at] -match '^[0-9]{1,9}$') {
            $difference = [int] $left[$at] - [int] $right[$at]
        } else {
            $difference = [string]::CompareOrdinal($left[$at], $right[$at])
        }
        if ($difference -ne 0) { return $difference -lt 0 }
    }
    return $left.Length -lt $right.Length
}

# Nothing may take longer, or be larger.
function Save-Url([string] $Url, [string] $File, [int] $Seconds, [long] $Bytes) {
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    try {
        # Invoke-WebRequest of Windows PowerShell follows a redirect to http:// as well, and shows it too late.
        $at = [System.Uri] $Url
        for ($redirects = 0; $redirects -le 10; $redirects++) {
            $request = [System.Net.WebRequest]::Create($at)
            $request.AllowAutoRedirect = $false
            $request.Timeout = [int] [System.Math]::Max(1, $Seconds * 1000 - $clock.ElapsedMilliseconds)
            $request.ReadWriteTimeout = 30000
            $response = $request.GetResponse()
            try {
                if ([int] $response.StatusCode -lt 300) {
                    $stream = [System.IO.File]::Create($File)
                    try { Copy-Body $response.GetResponseStream() $stream $clock $Seconds $Bytes } finally { $stream.Dispose() }
                    return
                }
                $at = [System.Uri]::new($at, $response.Headers['Location'])
            } finally {
                $response.Close()
            }
            if (-not (Test-Secure $at)) { throw "it redirects to $at, which is not https://" }
        }
        throw 'too many redirects'
    } catch {
        $problem = $_.Exception
        while ($problem.InnerException) { $problem = $problem.InnerException }
        Stop-Install "cannot download ${Url}: $($problem.Message)"
    }
}

# A server may send without end, or a byte a second.
function Copy-Body([System.IO.Stream] $From, [System.IO.Stream] $To, [System.Diagnostics.Stopwatch] $Clock, [int] $Seconds, [long] $Bytes) {
    $buffer = New-Object byte[] 81920
    $total = 0L
    while (($count = $From.Read($buffer, 0, $buffer.Length)) -gt 0) {
        $total += $count
        if ($total -gt $Bytes) { throw "it has more than $Bytes bytes" }
        if ($Clock.Elapsed.TotalSeconds -gt $Seconds) { throw "it does not end in $Seconds s" }
        $To.Write($buffer, 0, $count)
    }
}

# Over TLS, but for a server on this very machine.
function Test-Secure([string] $Url) {
    $uri = $null
    return [System.Uri]::TryCreate($Url, [System.UriKind]::Absolute, [ref] $uri) -and $uri.UserInfo -eq '' -and
        ($uri.Scheme -eq 'https' -or ($uri.Scheme -eq 'http' -and $uri.IsLoopback))
}

# The release's program, checked.
function Save-Program([string] $Work) {
    $platform = Get-Platform
    $releases = Get-Releases
    $at = 'latest/download'
    $wanted = '(the newest)'
    if ($Version) {
        $wanted = $Version.TrimStart('v')
        $at = "download/v$wanted"
    }
    Write-Line "looking for sshpod $wanted for $platform at $releases"
    $sums = Join-Path $Work 'SHA256SUMS'
    Save-Url "$releases/$at/SHA256SUMS" $sums 20 64KB
    Save-Url "$releases/$at/SHA256SUMS.sig" "$sums.sig" 20 64KB
    Assert-Signature $sums $Work
    $line = Get-Content $sums | Where-Object { $_ -match "^[0-9a-f]{64}  sshpod-[0-9A-Za-z.+-]+-$platform\.zip$" } | Select-Object -First 1
    if (-not $line) { Stop-Install "the release has nothing for $platform" }
    $expected, $archive = $line -split '  ', 2
    $number = $archive.Substring(7, $archive.Length - "sshpod--$platform.zip".Length)
    # Signed is not enough: an older release is signed as well.
    if ($Version) {
        if ($number -ne $wanted) { Stop-Install "$releases/$at is version ${number}: nothing was installed" }
    } else {
        Assert-Newest $number "$releases/$at"
    }
    $file = Join-Path $Work $archive
    Save-Url "$releases/download/v$number/$archive" $file 900 128MB
    $stream = [System.IO.File]::OpenRead($file)
    $sha256 = [System.Security.Cryptography.SHA256]::Create()
    try {
        $actual = -join ($sha256.ComputeHash($stream) | ForEach-Object { $_.ToString('x2') })
    } finally {
        $stream.Dispose()
        $sha256.Dispose()
    }
    if ($actual -ne $expected) {
        Stop-Install "$archive does not match the release (SHA-256 $actual, not $expected): nothing was installed"
    }
    try {
        Add-Type -AssemblyName System.IO.Compression.FileSystem
        [System.IO.Compression.ZipFile]::ExtractToDirectory($file, $Work)
    } catch {
        Stop-Install "cannot unpack ${archive}: $($_.Exception.Message)"
    }
    $program = Join-Path (Join-Path $Work "sshpod-$number-$platform") 'sshpod.exe'
    if (-not (Test-Path -LiteralPath $program -PathType Leaf)) { Stop-Install "$archive does not contain sshpod.exe" }
    return $program
}

# Before anything is downloaded: the directory, or what it would be made in, can be written.
function Assert-Prefix {
    $existing = $Prefix
    while (-not (Test-Path -LiteralPath $existing)) { $existing = Split-Path -Parent $existing }
    if (-not (Test-Path -LiteralPath $existing -PathType Container)) { Stop-Install "cannot install to ${Prefix}: $existing is not a directory" }
    $probe = Join-Path $existing ".sshpod.$([System.Guid]::NewGuid().ToString('N'))"
    try {
        [System.IO.File]::WriteAllText($probe, '')
        [System.IO.File]::Delete($probe)
    } catch {
        Stop-Install "cannot write to ${existing}: choose another directory with -Prefix"
    }
}

function Confirm-Install([string] $Question) {
    if ($Yes -or [Console]::IsInputRedirected) { return }
    if ((Read-Host "install: $Question [Y/n]") -notmatch '^([yY].*)?$') { Stop-Install 'nothing was changed' }
}

function Install-Program([string] $Program) {
    $target = Join-Path $Prefix 'sshpod.exe'
    # Tried where it will be: a policy may forbid programs in the directory for temporary files. Only a name in .exe can be run.
    $new = Join-Path $Prefix "sshpod.$([System.Guid]::NewGuid().ToString('N')).new.exe"
    try {
        [void] [System.IO.Directory]::CreateDirectory($Prefix)
        Copy-Item -LiteralPath $Program -Destination $new -Force
    } catch {
        Remove-Item -LiteralPath $new -Force -ErrorAction SilentlyContinue
        Stop-Install "cannot write to ${Prefix}: $($_.Exception.Message)"
    }
    $reported = $null
    try { $reported = & $new version 2>$null | Select-Object -First 1 } catch { Write-Verbose $_ }
    if (-not $reported) {
        Remove-Item -LiteralPath $new -Force -ErrorAction SilentlyContinue
        if (-not (Get-ChildItem -LiteralPath $Prefix -Force)) { Remove-Item -LiteralPath $Prefix -ErrorAction SilentlyContinue }
        Stop-Install 'the program does not run here; nothing was installed'
    }
    try {
        $old = Move-Aside $target
        try {
            [System.IO.File]::Move($new, $target)
        } catch {
            if ($old) { [System.IO.File]::Move($old, $target) }
            throw
        }
    } catch {
        Remove-Item -LiteralPath $new -Force -ErrorAction SilentlyContinue
        Stop-Install "cannot write ${target}: $($_.Exception.Message)"
    }
    Remove-Old
    Write-Line "installed $reported as $target"
    return $target
}

# A program that runs can be renamed, but neither replaced nor removed.
function Move-Aside([string] $Target) {
    if (-not (Test-Path -LiteralPath $Target)) { return $null }
    $old = "$Target.$([System.Guid]::NewGuid().ToString('N')).old"
    [System.IO.File]::Move($Target, $old)
    return $old
}

# What still runs stays until the next time.
function Remove-Old {
    Get-ChildItem -LiteralPath $Prefix -Force | Where-Object { $_.Name -match '^sshpod\.exe\.([0-9a-f]{32}\.|\d+\.)?old$' } |
        ForEach-Object { Remove-Item -LiteralPath $_.FullName -Force -ErrorAction SilentlyContinue }
}

function Test-OnPath {
    $directories = $env:PATH -split [System.IO.Path]::PathSeparator | ForEach-Object { $_.TrimEnd('\', '/') }
    if ($directories -notcontains $Prefix.TrimEnd('\', '/')) {
        Write-Line ("$Prefix is not on your PATH: ssh works anyway; to run sshpod by name, run: " +
            "[Environment]::SetEnvironmentVariable('Path', [Environment]::GetEnvironmentVariable('Path', 'User') + ';$Prefix', 'User')")
    }
}

# Where sshpod keeps its key and caches, and its settings.
function Get-OwnDirectories {
    $cache = $env:LOCALAPPDATA
    $settings = $env:APPDATA
    # As sshpod does: a relative one is ignored. Here it would be a directory of wherever this runs.
    if ($env:XDG_CACHE_HOME -and [System.IO.Path]::IsPathRooted($env:XDG_CACHE_HOME)) { $cache = $env:XDG_CACHE_HOME }
    if ($env:XDG_CONFIG_HOME -and [System.IO.Path]::IsPathRooted($env:XDG_CONFIG_HOME)) { $settings = $env:XDG_CONFIG_HOME }
    foreach ($directory in $cache, $settings) { if ($directory) { Join-Path $directory 'sshpod' } }
}

function Uninstall-Program {
    $target = Join-Path $Prefix 'sshpod.exe'
    if (-not (Test-Path -LiteralPath $target)) { Stop-Install "there is no $target; say where it is with -Prefix" }
    $directories = @(Get-OwnDirectories)
    $also = ''
    if ($Purge) { $also = ", and remove $($directories -join ' and ') with your key" }
    Confirm-Install "take sshpod out of ssh's configuration and remove $target${also}?"
    # Whatever cannot be removed is told before ssh's configuration changes.
    try { $old = Move-Aside $target } catch { Stop-Install "cannot remove ${target}: $($_.Exception.Message)" }
    [System.IO.File]::Move($old, $target)
    & $target configure --remove --yes
    if ($LASTEXITCODE -ne 0) { Stop-Install "left ssh's configuration and $target as they were" }
    [void] (Move-Aside $target)
    Remove-Old
    if (-not (Get-ChildItem -LiteralPath $Prefix -Force)) { Remove-Item -LiteralPath $Prefix -ErrorAction SilentlyContinue }
    if (-not $Purge) {
        Write-Line "removed $target; keys and known hosts are still in $($directories[0]): -Purge would remove them too"
        return
    }
    foreach ($directory in $directories) {
        if (Test-Path -LiteralPath $directory) {
            try { Remove-Item -LiteralPath $directory -Recurse -Force } catch { Stop-Install "cannot remove ${directory}: $($_.Exception.Message)" }
        }
    }
    Write-Line "removed $target, $($directories -join ' and ')"
}

function Install-Sshpod {
    $ErrorActionPreference = 'Stop'
    # Windows PowerShell on older systems does not offer it by itself.
    [Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12
    if (-not $Prefix) { $script:Prefix = Join-Path (Join-Path $env:LOCALAPPDATA 'Programs') 'sshpod' }
    $script:Prefix = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Prefix)
    if ($Uninstall -or $Purge) {
        Uninstall-Program
        return
    }
    Assert-Prefix
    $work = Join-Path ([System.IO.Path]::GetTempPath()) "sshpod-$([System.Guid]::NewGuid().ToString('N'))"
    [void] [System.IO.Directory]::CreateDirectory($work)
    try {
        $program = Save-Program $work
        Confirm-Install "install sshpod to $Prefix, and have ssh use it for *.sshpod (one line in your ssh configuration)?"
        $target = Install-Program $program
        Test-OnPath
        & $target configure --yes
        if ($LASTEXITCODE -ne 0) { Stop-Install "sshpod is installed, but ssh is not configured: see the line above, then run $target configure" }
    } finally {
        Remove-Item -LiteralPath $work -Recurse -Force -ErrorAction SilentlyContinue
    }
}

# Of `irm URL | iex`, exit would end the session of the user.
$global:LASTEXITCODE = 0
try {
    Install-Sshpod
} catch [System.OperationCanceledException] {
    Write-Line $_.Exception.Message
    if ($PSCommandPath) { exit 1 }
    $global:LASTEXITCODE = 1
}
