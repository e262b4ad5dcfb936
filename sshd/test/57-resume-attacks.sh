# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # the container expands; test.sh and its parts share variables
# What a stranger on the loopback, another user of the container, and a client that breaks the protocol may try.

container_environment=(PATH=/bin HOME=/root)
make_container attacked 0
start attacked
where=port:$port
listener=$(listener_of attacked)
check "attack: the right id and a wrong key get no answer" attempt wrong_key
check "attack: a message that was read on the way is good once" attempt old_message
check "attack: an unknown id is refused, and proves that" attempt unknown_id
check "attack: a stranger's NEW gets no answer" attempt stranger
check "attack: a message that stops in the middle" attempt stall
check "attack: messages that there are not" attempt nonsense
check "attack: positions that cannot be continued" attempt positions
for violation in type length empty long ack end bye; do
  check "attack: frames that break the protocol ($violation) end the connection in the end" attempt violation "$violation"
done
check "attack: more than the window" attempt overrun "$listener"
check "attack: of two at once, the later has it" attempt displace
check "attack: a dead client's connection is abandoned by its next" attempt abandon
check "attack: nobody abandons what is another's" attempt abandon_with_a_wrong_key
check "attack: 33 paused connections: the oldest ends" attempt crowd
check "attack: 33 that ended with something to be fetched: the oldest has it no more" attempt crowd_of_ended "$listener"
check "attack: a cleaner of old files" attempt marks "$work/attacked$bundle/state"
check "attack: another user of the container" attempt other_user "$work/attacked$bundle/state"
check "attack: more strangers than sshd serves" attempt turned_away
check "attack: nothing stays" equals 0 eval 'sleep 1; down attacked all > /dev/null; holders_of attacked'
cat "$work/attacked$bundle/state/log" > "$work/attacked.log"
check "attack: nothing in the log but what sshd says" equals '' grep -vE \
  '^(Connection (closed|reset)|banner|kex_|ssh_dispatch|Bad packet|padding|message authentication)' "$work/attacked.log"
