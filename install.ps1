<#
.SYNOPSIS
Installs sshpod, or upgrades it: downloads the release for this system, checks it, puts it in place and runs `sshpod configure`.
.DESCRIPTION
For Windows PowerShell 5.1 and later. Nothing is changed before the download has been checked and the program has run once.
The environment variable SSHPOD_RELEASES is the URL of the page of releases, if it is another than the project's own.
.PARAMETER Prefix
The directory that the program goes into; %LOCALAPPDATA%\Programs\sshpod by default.
.PARAMETER Version
Which release; the newest by default.
.PARAMETER Yes
Do not ask.
.PARAMETER Uninstall
Take sshpod out of ssh's configuration, and remove the program.
#>
[CmdletBinding()]
param(
    [string] $Prefix = '',
    [string] $Version = '',
    [switch] $Yes,
    [switch] $Uninstall
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
    if (-not $url) { Stop-Install 'this copy does not say where its releases are: take that of a release, or set SSHPOD_RELEASES' }
    # Over TLS, but for a server on this very machine.
    if ($url -notmatch '^https://' -and $url -notmatch '^http://(localhost|127\.0\.0\.1|\[::1\])[:/]') {
        Stop-Install "SSHPOD_RELEASES is ${url}: it must begin with https://"
    }
    return $url
}

function Save-Url([string] $Url, [string] $File) {
    try {
        # The bar that it draws makes Windows PowerShell ten times slower.
        $ProgressPreference = 'SilentlyContinue'
        Invoke-WebRequest -Uri $Url -OutFile $File -UseBasicParsing -TimeoutSec 300
    } catch {
        Stop-Install "cannot download ${Url}: $($_.Exception.Message)"
    }
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
    Save-Url "$releases/$at/SHA256SUMS" $sums
    $line = Get-Content $sums | Where-Object { $_ -match "^[0-9a-f]{64}  sshpod-[0-9A-Za-z.+-]+-$platform\.zip$" } | Select-Object -First 1
    if (-not $line) { Stop-Install "the release has nothing for $platform" }
    $expected, $archive = $line -split '  ', 2
    $number = $archive.Substring(7, $archive.Length - "sshpod--$platform.zip".Length)
    $file = Join-Path $Work $archive
    Save-Url "$releases/download/v$number/$archive" $file
    $stream = [System.IO.File]::OpenRead($file)
    $sha256 = [System.Security.Cryptography.SHA256]::Create()
    try {
        $actual = -join ($sha256.ComputeHash($stream) | ForEach-Object { $_.ToString('x2') })
    } finally {
        $stream.Dispose()
        $sha256.Dispose()
    }
    if ($actual -ne $expected) {
        Stop-Install "$archive is not what the release says (SHA-256 $actual, not $expected): nothing was installed"
    }
    try {
        Add-Type -AssemblyName System.IO.Compression.FileSystem
        [System.IO.Compression.ZipFile]::ExtractToDirectory($file, $Work)
    } catch {
        Stop-Install "cannot unpack ${archive}: $($_.Exception.Message)"
    }
    $program = Join-Path (Join-Path $Work "sshpod-$number-$platform") 'sshpod.exe'
    if (-not (Test-Path -LiteralPath $program -PathType Leaf)) { Stop-Install "$archive holds no sshpod.exe" }
    return $program
}

# Before anything is downloaded: the directory, or what it would be made in, can be written.
function Assert-Prefix {
    $existing = $Prefix
    while (-not (Test-Path -LiteralPath $existing)) { $existing = Split-Path -Parent $existing }
    if (-not (Test-Path -LiteralPath $existing -PathType Container)) { Stop-Install "cannot install to ${Prefix}: $existing is no directory" }
    $probe = Join-Path $existing ".sshpod.$PID"
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
    $reported = $null
    try { $reported = & $Program version 2>$null | Select-Object -First 1 } catch { Write-Verbose $_ }
    if (-not $reported) { Stop-Install 'the program does not run here; nothing was installed' }
    $target = Join-Path $Prefix 'sshpod.exe'
    $old = "$target.old"
    try {
        [void] [System.IO.Directory]::CreateDirectory($Prefix)
        Copy-Item -LiteralPath $Program -Destination "$target.new" -Force
        if (Test-Path -LiteralPath $target) {
            # A program that runs can be renamed, but neither replaced nor removed. What an earlier upgrade left goes now, if it has ended.
            if (Test-Path -LiteralPath $old) { Remove-Item -LiteralPath $old -Force -ErrorAction SilentlyContinue }
            if (Test-Path -LiteralPath $old) { $old = "$target.$PID.old" }
            [System.IO.File]::Move($target, $old)
        }
        try {
            [System.IO.File]::Move("$target.new", $target)
        } catch {
            if (Test-Path -LiteralPath $old) { [System.IO.File]::Move($old, $target) }
            throw
        }
        Remove-Item -LiteralPath $old -Force -ErrorAction SilentlyContinue
    } catch {
        Remove-Item -LiteralPath "$target.new" -Force -ErrorAction SilentlyContinue
        Stop-Install "cannot write ${target}: $($_.Exception.Message)"
    }
    Write-Line "installed $reported as $target"
    return $target
}

function Test-OnPath {
    $directories = $env:PATH -split [System.IO.Path]::PathSeparator | ForEach-Object { $_.TrimEnd('\', '/') }
    if ($directories -notcontains $Prefix.TrimEnd('\', '/')) {
        Write-Line ("$Prefix is not on your PATH: ssh works all the same; to type sshpod, run: " +
            "[Environment]::SetEnvironmentVariable('Path', [Environment]::GetEnvironmentVariable('Path', 'User') + ';$Prefix', 'User')")
    }
}

function Uninstall-Program {
    $target = Join-Path $Prefix 'sshpod.exe'
    if (-not (Test-Path -LiteralPath $target)) { Stop-Install "there is no $target; say where it is with -Prefix" }
    Confirm-Install "take sshpod out of ssh's configuration and remove ${target}?"
    & $target configure --remove --yes
    if ($LASTEXITCODE -ne 0) { Stop-Install "ssh's configuration is as it was, and so is $target" }
    try { Remove-Item -LiteralPath $target -Force -ErrorAction Stop } catch { Stop-Install "cannot remove ${target}: $($_.Exception.Message)" }
    Write-Line "removed $target; keys and known hosts are still in your cache directory"
}

function Install-Sshpod {
    $ErrorActionPreference = 'Stop'
    # Windows PowerShell on older systems does not offer it by itself.
    [Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12
    if (-not $Prefix) { $script:Prefix = Join-Path (Join-Path $env:LOCALAPPDATA 'Programs') 'sshpod' }
    $script:Prefix = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Prefix)
    if ($Uninstall) {
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

try {
    Install-Sshpod
} catch [System.OperationCanceledException] {
    Write-Line $_.Exception.Message
    exit 1
}
