#!/usr/bin/env bash
# Tests what build/ makes for other systems: two builds of the same source, in two folders, are the same bytes, and so are their archives.
# The first stays in artifacts/, where the tests without a cluster check its signature. The last line is `N passed, N failed`.
set -euo pipefail
cd "$(dirname "$0")/.."
# It has AOT in no case here, and so is built in the shortest time.
rid=osx-arm64
passed=0 failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# They change nothing in the program; build/lint.sh has them on.
export RunAnalyzers=false

check() { # SENTENCE COMMAND...
	local sentence=$1
	shift
	if "$@" >"$work/said" 2>&1; then
		passed=$((passed + 1))
		echo "ok: $sentence"
	else
		failed=$((failed + 1))
		echo "not ok: $sentence"
		sed 's/^/    /' "$work/said"
	fi
}

# The commit is in the version that a program reports, so this is a clone, with the files as they are here.
copy_checkout() { # DIRECTORY
	git clone --quiet --shared --no-checkout . "$1"
	git ls-files -z --cached --others --exclude-standard | tar -c --null --ignore-failed-read -T - 2>/dev/null | tar -x -C "$1"
	mkdir -p "$1/artifacts"
	cp -R artifacts/sshd "$1/artifacts"
}

pack() { # ARTIFACTS NAME UMASK
	mkdir -p "$1/packed/$2"
	(umask "$3" && cat "$1/$rid/sshpod" >"$1/packed/$2/sshpod" && chmod +x "$1/packed/$2/sshpod" && cat LICENSE >"$1/packed/$2/LICENSE")
	(cd "$1/packed" && "$OLDPWD/build/pack.sh" "$2" 1700000000)
}

copy_checkout "$work/another folder"
"$work/another folder/build/publish.sh" $rid "$work/another folder/artifacts" >"$work/second.log" 2>&1 &
second=$!
check "a program for $rid is built" build/publish.sh $rid artifacts
check "and once more in another folder" wait $second
cat "$work/second.log"
check "both are the same bytes" cmp "artifacts/$rid/sshpod" "$work/another folder/artifacts/$rid/sshpod"
check "so are their bills of materials" cmp "artifacts/$rid/sshpod.cdx.json" "$work/another folder/artifacts/$rid/sshpod.cdx.json"

mkdir "$work/first"
cp -R "artifacts/$rid" "$work/first"
for name in sshpod-1-darwin-arm64.tar.gz sshpod-1-windows-amd64.zip; do
	base=${name%.tar.gz} base=${base%.zip}
	pack "$work/first" "$base" 022
	TZ=Asia/Tokyo pack "$work/another folder/artifacts" "$base" 077
	check "so is $name" cmp "$work/first/packed/$name" "$work/another folder/artifacts/packed/$name"
done

echo "$passed passed, $failed failed"
[ $failed = 0 ]
