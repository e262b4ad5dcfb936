# shellcheck shell=bash
# shellcheck disable=SC1091,SC2016,SC2034,SC2154,SC2317 # the build's parts; test.sh and its parts share variables
# The build's choice of sources, without a network: what a mirror lists, and what it has.

# chosen LISTED FETCHED: prints version and newest version, for a mirror that lists some versions and has the files of others
chosen() {
  (
    listed=$1 fetched=$2 cache=$(mktemp -d "$work/cache.XXXXXX")
    . "$here/build/say.sh"
    . "$here/build/sources.sh"
    listed_versions() { tr ' ' '\n' <<< "$listed"; }
    fetch_version() { grep -qw -- "$2" <<< "$fetched" && touch "$1_${2#*:}.dsc"; }
    mkdir "$cache/sources"
    (cd "$cache/sources" && download_source openssl && download_source openssh) 2> /dev/null || exit 1
    refuse_older
    echo "$(version_of openssl) $(newest_of openssl)"
  )
}
check "the newest source is taken" equals '3.5.8-1 3.5.8-1' chosen '3.5.8-1 3.5.7-1' '3.5.8-1 3.5.7-1'
check "an epoch is no part of the version" equals '10.0p1-7 10.0p1-7' chosen '1:10.0p1-7' '1:10.0p1-7'
check "an older source is taken where the newest has no files, and both are written down" equals '3.5.7-1 3.5.8-1' \
  chosen '3.5.8-1 3.5.7-1' '3.5.7-1'
release_refuses() {
  SSHPOD_RELEASE=1
  equals 'sshd/build.sh: openssh 3.5.8-1 is listed and could not be fetched: no release is made from 3.5.7-1' \
    chosen '3.5.8-1 3.5.7-1' '3.5.7-1' || { unset SSHPOD_RELEASE; return 1; }
  equals '3.5.8-1 3.5.8-1' chosen '3.5.8-1 3.5.7-1' '3.5.8-1' || { unset SSHPOD_RELEASE; return 1; }
  unset SSHPOD_RELEASE
}
check "no release is made of an older source" release_refuses
