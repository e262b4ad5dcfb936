# Completes sshpod, and hosts of ssh, scp, sftp and rsync that begin like ours. Everything else is left to what completed them before.
#   source <(sshpod completion zsh)          in ~/.zshrc, after compinit

if (( ! $+functions[compdef] )); then
	print -u2 "sshpod: completion needs compinit; put this before the line that loads it: autoload -Uz compinit && compinit"
	return 1
fi

typeset -gA _sshpod_earlier

_sshpod_ask() {
	local program=${commands[sshpod]:-'@PROGRAM@'}
	"$program" complete "$@" </dev/null 2>/dev/null
}

# A space after words that are finished, and none after others. compadd quotes what it inserts.
_sshpod_add() {
	local -a unfinished=(${(M)@:#*(--|.|:)}) finished=(${@:#*(--|.|:)})
	(( ! $#unfinished )) || compadd -S '' -a unfinished
	(( ! $#finished )) || compadd -a finished
}

_sshpod() {
	local -a ours=(${(f)"$(_sshpod_ask line "${(j: :)words[1,CURRENT-1]} $PREFIX")"})
	(( $#ours )) && _sshpod_add $ours
}

_sshpod_host() {
	local -a ours
	local found=1
	[[ $PREFIX != [^-]* ]] || ours=(${(f)"$(_sshpod_ask host $service $PREFIX)"})
	(( ! $#ours )) || { _sshpod_add $ours; found=0 }
	# A word with a prefix of ours is nobody else's; one that may still become another is everybody's.
	if (( ! $#ours )) || [[ $PREFIX != *--* ]]; then
		local earlier=$_sshpod_earlier[$service]
		[[ -z $earlier ]] || { eval "$earlier \"\$@\"" && found=0 }
	fi
	return found
}

() {
	local command
	for command in ssh scp sftp rsync; do
		# This file may be read twice.
		[[ ${_comps[$command]-} == _sshpod_host ]] || _sshpod_earlier[$command]=${_comps[$command]-}
	done
}
compdef _sshpod_host ssh scp sftp rsync
compdef _sshpod sshpod
