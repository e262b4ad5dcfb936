# shellcheck shell=bash
# Completes sshpod, and hosts of ssh, scp, sftp and rsync that begin like ours. Everything else is left to what completed them before.
#   source <(sshpod completion bash)          in ~/.bashrc, after bash-completion; bash 4 or newer

_sshpod_ask() {
	local program
	program=$(type -P sshpod) || program='@PROGRAM@'
	"$program" complete "$@" </dev/null 2>/dev/null
}

# Gives bash the words in `ours`. It splits words at COMP_WORDBREAKS, such as @ and :, and replaces only what stands behind the last one.
# bash inserts them as they are: a context may be called $(reboot), so each is quoted.
_sshpod_reply() { # word
	local kept=${1%"${1##*["$COMP_WORDBREAKS"]}"} word
	for word in "${ours[@]}"; do
		printf -v word %q "$word"
		COMPREPLY+=("${word#"$kept"}")
	done
	# More of the word is to come.
	case ${COMPREPLY[0]-} in
	*-- | *. | *:) compopt -o nospace ;;
	esac
	return 0
}

_sshpod() {
	local line=${COMP_LINE:0:COMP_POINT} ours=()
	COMPREPLY=()
	mapfile -t ours < <(_sshpod_ask line "$line")
	_sshpod_reply "${line##*[[:space:]]}"
}

_sshpod_host() { # command word previous
	local line=${COMP_LINE:0:COMP_POINT} ours=()
	local word=${line##*[[:space:]]}
	COMPREPLY=()
	[[ $word != [!-]* ]] || mapfile -t ours < <(_sshpod_ask host "${1##*/}" "$word")
	# A word with a prefix of ours is nobody else's; one that may still become another is everybody's.
	if [[ ${#ours[@]} -eq 0 || $word != *--* ]]; then
		_sshpod_others "$@" || return
	fi
	[[ ${#ours[@]} -eq 0 ]] || _sshpod_reply "$word"
}

# Completes as if there were no sshpod.
_sshpod_others() { # command word previous
	local command=${1##*/}
	local name=_sshpod_earlier_$command
	if [[ -z ${!name+set} ]]; then
		# bash-completion loads the file of a command when it is first completed, which is now.
		printf -v "$name" %s ''
		if declare -F _comp_load >/dev/null; then
			_comp_load -- "$command"
		elif declare -F _completion_loader >/dev/null; then
			_completion_loader "$command"
		fi >/dev/null 2>&1
		_sshpod_wrap_all
		# 124 makes bash begin anew, with the options that came with it.
		[[ -z ${!name} ]] || return 124
	fi
	case ${!name} in
	'') ;;
	-*) eval "mapfile -t COMPREPLY < <(compgen ${!name} -- \"\$2\")" ;;
	*) "${!name}" "$@" ;;
	esac
	# It may have loaded the file of another command, which then is completed by that.
	_sshpod_wrap_all
	return 0
}

# Puts ours before whatever completes a command, and remembers that: a function, or options of compgen.
_sshpod_wrap() { # command
	local spec earlier
	spec=$(complete -p "$1" 2>/dev/null) || spec="complete $1"
	if [[ $spec =~ \ -F\ ([^ ]+)\  ]]; then
		earlier=${BASH_REMATCH[1]}
		[[ $earlier != _sshpod_host ]] || return 0
		printf -v "_sshpod_earlier_$1" %s "$earlier"
		eval "${spec/ -F $earlier / -F _sshpod_host }"
		return
	fi
	complete -o bashdefault -o default -F _sshpod_host "$1"
	spec=${spec#complete}
	spec=${spec% *}
	[[ -z $spec ]] || printf -v "_sshpod_earlier_$1" %s "${spec# }"
}

_sshpod_wrap_all() {
	local command
	for command in ssh scp sftp rsync; do
		_sshpod_wrap "$command"
	done
}

_sshpod_wrap_all
complete -F _sshpod sshpod
