#!/usr/bin/env bash
# Runs every test of the project, on a real cluster, and leaves nothing behind but caches.
#   tests/run.sh            all of it; the last line is `N passed, N failed, N skipped`
#   tests/run.sh FILTER...  only tests whose full name matches one of them, such as '*CopyTests*'
# A reachable context named in SSHPOD_TEST_CONTEXT is used; otherwise the local cluster is brought up, and down again if it was down.
set -euo pipefail
cd "$(dirname "$0")/.."
filter=() but=()
for name; do filter+=(-method "$name"); done
passed=0 failed=0 skipped=0 brought_up=false
beside=
work=$(mktemp -d)
: >"$work/times"
# shellcheck source=SCRIPTDIR/suite.sh
. tests/suite.sh

say() { echo "tests: $*" >&2; }

# done_with NAME START: for the table at the end, of where the time went.
done_with() { printf '%6d s  %s\n' $((SECONDS - $2)) "$1" >>"$work/times"; }

# Clients that users have; the machine of a test may not.
install_clients() {
	local missing=() program package
	while read -r program package; do
		command -v "$program" >/dev/null || missing+=("$package")
	done <<-'LIST'
		ssh openssh-client
		ssh-agent openssh-client
		rsync rsync
		git git
		tmux tmux
		zsh zsh
		fish fish
		busybox busybox-static
		nc netcat-openbsd
		capsh libcap2-bin
		qemu-aarch64-static qemu-user-static
		readelf binutils
		shellcheck shellcheck
		mandoc mandoc
		ansible ansible-core
		lftp lftp
		sshfs sshfs
		node nodejs
		strace strace
		npm npm
		unzip unzip
		zip zip
		curl curl
		wget wget
		wget2 wget2
		patch patch
		cc gcc
		ruby ruby
		dash dash
		mksh mksh
		ksh93 ksh93u+m
		openssl openssl
		shasum perl
		rpmbuild rpm
		lintian lintian
		setpriv util-linux
		wine wine
	LIST
	# A module of Debian's python3, whatever other python3 the machine has.
	/usr/bin/python3 -c 'import paramiko' 2>/dev/null || missing+=(python3-paramiko)
	/usr/bin/python3 -W ignore -c 'import asyncssh' 2>/dev/null || missing+=(python3-asyncssh)
	ruby -e 'require "net/ssh"; require "ed25519"; require "bcrypt_pbkdf"' 2>/dev/null ||
		missing+=(ruby-net-ssh ruby-ed25519 ruby-bcrypt-pbkdf)
	[ -r /usr/include/libssh/libssh.h ] || missing+=(libssh-dev)
	# No program on PATH, but what sshd/test.sh's scp and sftp compare with.
	[ -x /usr/lib/openssh/sftp-server ] || missing+=(openssh-sftp-server)
	[ -r /usr/share/bash-completion/bash_completion ] || missing+=(bash-completion)
	# libFuzzer, for the clang that there is.
	for program in $(compgen -c clang- | grep -xE 'clang-[0-9]+' | sort -u); do
		[ -d "/usr/lib/llvm-${program#clang-}/lib/clang" ] &&
			compgen -G "/usr/lib/llvm-${program#clang-}/lib/clang/*/lib/linux/libclang_rt.fuzzer-*.a" >/dev/null ||
			missing+=("libclang-rt-${program#clang-}-dev")
	done
	install_powershell
	[ ${#missing[@]} -eq 0 ] && return
	say "installing ${missing[*]}"
	if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >"$work/apt.log" 2>&1; then
		cat "$work/apt.log" >&2
		return 1
	fi
}

# Debian has none: it is a tool of .NET. Without it the tests of its completion are skipped, and say so; with CI=true they fail.
install_powershell() {
	local directory=${XDG_CACHE_HOME:-$HOME/.cache}/sshpod-tests/powershell
	[ -x "$directory/pwsh" ] && return
	say "installing PowerShell"
	TMPDIR=$work dotnet tool install PowerShell --version 7.6.9 --tool-path "$directory" >"$work/powershell.log" 2>&1 ||
		tail -n 1 "$work/powershell.log" >&2
}

use_cluster() {
	if [ -n "${SSHPOD_TEST_CONTEXT:-}" ] &&
		kubectl --context "$SSHPOD_TEST_CONTEXT" --request-timeout=10s get --raw /readyz >/dev/null 2>&1; then
		say "using context $SSHPOD_TEST_CONTEXT"
		return
	fi
	unset SSHPOD_TEST_CONTEXT
	tests/cluster/cluster status 2>/dev/null || brought_up=true
	tests/cluster/cluster up
	KUBECONFIG=$(tests/cluster/cluster kubeconfig)
	export KUBECONFIG
	# Without a kubectl of its own the machine gets the one that was built with the cluster.
	command -v kubectl >/dev/null || PATH=$PATH:$(dirname "$KUBECONFIG")/bin
}

# Also when a step fails or the user interrupts: a cluster that was down before is down after.
end() {
	[ -z "$beside" ] || { kill "$beside" 2>/dev/null && wait "$beside" 2>/dev/null; } || true
	[ "$brought_up" = false ] || tests/cluster/cluster down || count 0 1 0
	rm -rf "$work"
	# PowerShell's, whatever TMPDIR is: they are empty when nobody uses them.
	rmdir /tmp/.dotnet/shm /tmp/.dotnet 2>/dev/null || true
}
trap end EXIT

# Told again at the end, with what they said: of a long output the beginning may be cut.
note_failures() { # FILE
	grep -hE -A 8 '\[FAIL\]|^not ok' "$1" | sed 's/^ *\(.*\[FAIL\]\|not ok\)/failed: \1/' >>"$work/failures" || true
}

count() { # passed failed skipped
	passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
}

run_xunit() {
	local project=$1 total bad skip start=$SECONDS
	say "$project"
	# The compiler leaves directories in TMPDIR. No build server may remember this one.
	TMPDIR=$work dotnet build "tests/$project" -c Release --disable-build-servers --nologo -v quiet || { count 0 1 0; return; }
	if ! run_suite "$work/$project" "tests/$project/bin/Release/net10.0/$project" "${filter[@]}" "${but[@]}"; then
		say "$project ended without a summary"
		count 0 1 0
	elif [ "$total" = 0 ]; then
		say "$project has no such test"
		[ ${#filter[@]} -gt 0 ] || count 0 1 0
	else
		note_failures "$work/$project"
		count $((total - bad - skip)) "$bad" "$skip"
	fi
	done_with "$project${SSHPOD_TRANSPORT:+, transport $SSHPOD_TRANSPORT}" "$start"
}

run_shell() {
	local start=$SECONDS
	say "$1"
	"$1" 2>&1 | tee "$work/shell" || true
	count_shell "$1" "$work/shell" "$start"
}

# A suite of shell closes with `N passed, N failed` and perhaps `, N skipped`.
count_shell() { # NAME OUTPUT START
	local summary
	note_failures "$2"
	summary=$(tail -n 1 "$2")
	if [[ $summary =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed(,\ ([0-9]+)\ skipped)? ]]; then
		count "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" "${BASH_REMATCH[4]:-0}"
	else
		say "$1 ended without a summary"
		count 0 1 0
	fi
	done_with "$1" "$3"
}

install_clients
if [ ${#filter[@]} = 0 ]; then
	# It waits more than it computes, unlike the compilers beside it.
	sshd/test.sh >"$work/sshd" 2>&1 &
	beside=$! beside_since=$SECONDS
	# The tests run it under qemu.
	say "building the program for arm64"
	build/publish.sh linux-arm64 artifacts || { count 0 1 0 && echo "failed: build/publish.sh linux-arm64" >>"$work/failures"; }
	# And sshpod.exe under wine.
	say "building the program for Windows"
	{ build/publish.sh win-x64 artifacts && tests/windows/build.sh artifacts; } ||
		{ count 0 1 0 && echo "failed: build/publish.sh win-x64, tests/windows/build.sh" >>"$work/failures"; }
	done_with "clients and programs" 0
	start=$SECONDS
	if build/lint.sh; then count 1 0 0; else count 0 1 0 && echo "failed: build/lint.sh" >>"$work/failures"; fi
	done_with build/lint.sh "$start"
	run_shell build/test.sh
	say "sshd/test.sh, which has run beside these"
	wait "$beside" || true
	beside=
	cat "$work/sshd"
	count_shell sshd/test.sh "$work/sshd" "$beside_since"
fi
run_xunit Sshpod.Tests
start=$SECONDS
if use_cluster; then
	# Tests ask for it, and say so where it cannot be had. The first time it is compiled, which would be one test's time.
	[ ${#filter[@]} -gt 0 ] || [ -n "${SSHPOD_TEST_CONTEXT:-}" ] || tests/cluster/cluster front-up || say "there is no front"
	done_with "cluster" "$start"
	# Both transports have the same behaviour, and are held to the same tests: all but those that have nothing to do with them.
	for SSHPOD_TRANSPORT in auto kubectl; do
		export SSHPOD_TRANSPORT
		say "transport $SSHPOD_TRANSPORT"
		[ "$SSHPOD_TRANSPORT" = auto ] || but=(-trait- Suite=once)
		run_xunit Sshpod.EndToEnd
	done
	unset SSHPOD_TRANSPORT
	if [ ${#filter[@]} = 0 ]; then
		run_shell tests/kubectl.sh
		[ -n "${SSHPOD_TEST_CONTEXT:-}" ] || run_shell tests/front.sh
	fi
else
	say "no cluster: its tests count as failed"
	count 0 1 0
fi

[ $passed -gt 0 ] || failed=$((failed + 1))
cat "$work/times" >&2
[ ! -e "$work/failures" ] || cat "$work/failures" >&2
end
trap - EXIT
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
