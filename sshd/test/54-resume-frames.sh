# shellcheck shell=bash disable=SC2034,SC2154 # test.sh and its parts share variables
# What of resumable connections needs no server: these files are compiled for this machine, where the sanitizers find what
# would only sometimes fail, and a clock that jumps shows what waits for how long. And the keys and messages that sshpod's
# tests compute too.

# compiled NAME SOURCE...: by $compiler, which takes poll() and syscall() from pretend.c where that is one of them
compiled() {
  local name=$1
  local -a wrapped=()
  shift
  case " $* " in *pretend.c*) wrapped=('-Wl,--wrap=poll,--wrap=syscall') ;; esac
  "${compiler[@]}" -g -O1 -fno-sanitize-recover=all -D_GNU_SOURCE -Wall -Wextra -Werror -I "$here/overrides" -I "$here/test" \
    "${wrapped[@]}" -o "$work/$name" "$@"
}
# fuzzer: prints the name of a clang that has libFuzzer, if there is one
fuzzer() {
  local clang
  for clang in $(compgen -c clang | grep -xE 'clang(-[0-9]+)?' | sort -u); do
    if echo 'int LLVMFuzzerTestOneInput(const unsigned char *b, unsigned long n) { return b && n ? 0 : 0; }' |
      "$clang" -x c -fsanitize=fuzzer,address,undefined -o "$work/fuzzer" - 2> /dev/null; then
      echo "$clang"
      return
    fi
  done
}

check "resume: the vectors that client and server share" /usr/bin/python3 "$here/test/resume.py" vectors "$here/test/resume.vectors"
pure=("$here"/overrides/{frames,ring}.c)
holder=("$here"/test/pretend.c "$here"/overrides/{ending,receiving,sending,handshake,takeover,plain}.c)
if command -v gcc > /dev/null; then
  compiler=(gcc '-fsanitize=address,undefined')
  check "resume: frames and rings compile by themselves" compiled frames "$here/test/frames.c" "${pure[@]}"
  for round in 1 2 3; do
    check "resume: frames cut anywhere come whole, rings keep what is in them, nonsense does no harm ($round)" \
      "$work/frames" "$RANDOM"
  done
  check "resume: a holder compiles without a server" compiled timers "$here/test/timers.c" "${pure[@]}" "${holder[@]}" \
    "$here"/overrides/{holder,greeting,handback}.c
  check "resume: nothing waits longer than it should, nor gives up before" timeout 120 "$work/timers"

  clang=$(fuzzer)
  for target in frames ring holder; do
    sources=("$here/test/fuzz/$target.c" "${pure[@]}")
    [ "$target" != holder ] || sources+=("${holder[@]}")
    if [ -n "$clang" ]; then
      compiler=("$clang" '-fsanitize=fuzzer,address,undefined')
      check "resume: fuzzing of $target compiles" compiled "fuzz-$target" "${sources[@]}"
      check "resume: no input of libFuzzer's harms $target" "$work/fuzz-$target" -verbosity=0 \
        -max_total_time="${SSHPOD_FUZZ_SECONDS:-4}" -max_len=4096 -timeout=20 -artifact_prefix="$work/"
    else
      check "resume: fuzzing of $target compiles" compiled "fuzz-$target" "$here/test/fuzz/by_chance.c" "${sources[@]}"
      check "resume: no input by chance harms $target (no clang here has libFuzzer)" timeout 60 "$work/fuzz-$target" "$RANDOM"
    fi
  done
else
  echo "# frames, rings and holders were not tested without a server: needs gcc"
fi
