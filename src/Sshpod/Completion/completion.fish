# Completes sshpod, and hosts of ssh, scp, sftp and rsync that begin like ours, beside what fish itself completes there.
#   sshpod completion fish | source          in ~/.config/fish/config.fish

# fish quotes what it inserts, but for a tilde at the beginning, which is then somebody's home directory.
function __sshpod_ask
    set -l program (command -s sshpod; or echo '@PROGRAM@')
    $program complete $argv </dev/null 2>/dev/null | string match -rv '^~'
end

function __sshpod_host
    set -l word (commandline -ct)
    string match -qr '^[^-]' -- $word; and __sshpod_ask host $argv[1] $word
end

complete -c sshpod -f -a '(__sshpod_ask line (commandline -cp))'
for command in ssh scp sftp rsync
    complete -c $command -a "(__sshpod_host $command)"
end
