# shellcheck shell=bash
# Runs a suite of xunit and counts; for scripts to source.

# summarize LOG: sets total, bad and skip from the summary line; fails when there is none.
summarize() {
	local summary
	total=0 bad=0 skip=0
	# Of no tests it says no more than that.
	! grep -qE 'Total: 0$' "$1" || return 0
	summary=$(grep -E 'Total: [0-9]+, Errors: ' "$1" | tail -n 1) || return 1
	[[ $summary =~ Total:\ ([0-9]+),\ Errors:\ ([0-9]+),\ Failed:\ ([0-9]+),\ Skipped:\ ([0-9]+),\ Not\ Run:\ ([0-9]+) ]] || return 1
	total=${BASH_REMATCH[1]} bad=$((BASH_REMATCH[2] + BASH_REMATCH[3])) skip=$((BASH_REMATCH[4] + BASH_REMATCH[5]))
}

failed_methods() { # LOG
	grep -F '[FAIL]' "$1" | sed 's/^ *//; s/[( ].*//' | sort -u
}

# slowest XML: the ten classes whose tests took longest, with their seconds.
slowest() {
	grep -oE ' time="[0-9.]+" [^<]* type="[^"]*" method=' "$1" | sed -E 's/ time="([0-9.]+)".* type="([^"]*)".*/\1 \2/' |
		awk '{ seconds[$2] += $1 } END { for (name in seconds) printf "%d s %s\n", seconds[name], name }' | sort -rn | head -n 10
}

# run_suite LOG PROGRAM [ARGUMENT...]: sets total, bad and skip; fails when the suite said nothing of them.
# On two cores that are cluster and client at once, a limit of time may pass without a fault. So what failed, where it is not much,
# runs once more by itself, and only what fails again counts. Both are told.
run_suite() {
	local log=$1 status=0 first method arguments=()
	shift
	"$@" -noLogo -noColor -result-xml "$log.xml" 2>&1 | tee "$log" || status=$?
	summarize "$log" || return 1
	slowest "$log.xml" | sed 's/^/suite: /' >&2
	[ "$bad" -gt 0 ] || [ $status = 0 ] || bad=1
	mapfile -t methods < <(failed_methods "$log")
	[ ${#methods[@]} -gt 0 ] && [ ${#methods[@]} -le 8 ] || return 0
	for method in "${methods[@]}"; do
		echo "suite: once more by itself: $method" >&2
		arguments+=(-method "$method")
	done
	first=$total
	local skipped=$skip
	"$1" -noLogo -noColor -maxThreads 1 "${arguments[@]}" 2>&1 | tee "$log.again" || true
	summarize "$log.again" && [ "$total" -gt 0 ] || return 1
	for method in "${methods[@]}"; do
		grep -F '[FAIL]' "$log.again" | grep -qF "$method" || echo "suite: failed once and then passed by itself: $method" >&2
	done
	cp "$log.again" "$log"
	total=$first skip=$skipped
}
