# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # the container expands; test.sh and its parts share variables
# A key in a FIDO token: the token is OpenSSH's own imitation, from the source that the bundle is built from.

openssh_source=$(compgen -G "${XDG_CACHE_HOME:-$HOME/.cache}/sshpod-build/openssh-amd64-*/source" | head -n 1 || true)
make_token() {
  (cd "$openssh_source" && gcc -shared -fPIC -w -DHAVE_CONFIG_H -I. -Iopenbsd-compat -o "$work/token.so" \
    regress/misc/sk-dummy/sk-dummy.c regress/misc/sk-dummy/fatal.c ed25519.c hash.c openbsd-compat/sha2.c)
}
if [ -n "$openssh_source" ]; then
  container_options=()
  container_environment=(PATH=/bin HOME=/root)
  make_container token 0
  check "security key: the imitation of a token" make_token
  for name in security other_security; do
    ssh-keygen -q -t ed25519-sk -N '' -C 'a token' -w "$work/token.so" -f "$work/$name"
  done
  start token 0 state "$(cat "$work/security.pub")"
  with_token() {
    timeout 30 ssh "${ssh_options[@]/$work\/key/$work/$1}" -o "SecurityKeyProvider=$work/token.so" root@server 'echo in'
  }
  check "security key: logs in" equals in with_token security
  check "security key: its name is in the list of logins" grep -qF \
    " $(ssh-keygen -lf "$work/security.pub" | cut -d ' ' -f 2) root" "$work/token$bundle/state/logins"
  check "security key: another is refused" eval '! with_token other_security'
  up token 0 state "$(cat "$work/security.pub")" > /dev/null
  touchless() {
    equals 'error usage unknown option: no-touch-required' up token 0 state "$(cat "$work/security.pub")" 60 no-touch-required
  }
  check "security key: no option does without a touch" touchless
  check "security key: one is refused whose type is another's" grep -q '^error key ' \
    <(up token 0 state "$(sed 's/^sk-ssh-ed25519@openssh.com/ssh-ed25519/' "$work/security.pub")")
  check "security key: an ECDSA one is refused" grep -q '^error key not an ' \
    <(up token 0 state 'sk-ecdsa-sha2-nistp256@openssh.com AAAA')
  stop token
else
  echo "# security keys were not tested: sshd/build.sh has not built OpenSSH here"
fi
