# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # the container expands; test.sh and its parts share variables
# Still the container of 10-root.sh.

eval "$(ssh-agent)" > /dev/null
ssh-add -q "$work/key"
check "sftp lists" grep -q . <(echo 'ls /' | sftp_batch root)
check "scp copies there and back" bash -c '
  d=$0 && scp -q "$@" "$d/data" root@server:/tmp/copied && scp -q "$@" root@server:/tmp/copied "$d/back" &&
  cmp "$d/data" "$d/back"' "$work" "${ssh_options[@]}"
check "-L forwards" forward_local
check "-R forwards" forward_remote
check "-D forwards" forward_dynamic
check "-R forwards a socket" forward_socket root
check "-A forwards the agent" agent_forwarded root /tmp root
check "-A forwards another user's agent" agent_forwarded app /tmp root
stop root
