#!/bin/bash
# The compiler and linker of a static program: GCC, pointed at the sysroot beside this file and at nothing of this machine.
# build/static.sh fills in the names.
set -euo pipefail
directory=$(cd "$(dirname "$0")" && pwd)
libraries=$directory/sysroot/usr/lib/@GNU@
arguments=()
for argument; do
	case $argument in
		# clang's. This GCC is for one architecture.
		--target=*) ;;
		# A static program exports nothing; with these, binutils 2.40 fails on static-pie (assertion in elflink.c).
		-Wl,--export-dynamic | -Wl,--version-script=*) ;;
		*) arguments+=("$argument") ;;
	esac
done
# -static-pie last: where a test of cmake links, it must do so as the program does.
exec @GNU@-gcc --sysroot="$directory/sysroot" -B"$libraries/" -isystem "$directory/sysroot/usr/include/@GNU@" "${arguments[@]}" \
	-L"$libraries" -static-pie
