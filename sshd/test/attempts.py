"""What a client of resumable connections may try, and what it may not. Each function returns what went wrong, or None.

Connections here never log in: sshd's banner is answered, and its first packet comes back, which shows that it is alive.
"""
import os
import re
import signal
import socket
import struct
import subprocess
import time

from resume import ACK, DATA, END, PING, PONG, Closed, Connection, Refused, Stream

IDENTIFICATION = b"SSH-2.0-attempt\r\n"


def is_alive(c):
    """Only once for each connection."""
    c.send(IDENTIFICATION)
    return b"curve25519" in c.await_frame(DATA)


def answers(c):
    c.frame(PING, b"12345678")
    return c.await_frame(PONG) == b"12345678"


def is_refused(c, where, code=1, seconds=5):
    """Whether RESUME gets this NO, now or soon."""
    until = time.monotonic() + seconds
    while True:
        try:
            c.resume(where)
        except Refused as refused:
            return refused.args[0] == code
        except Closed:
            pass
        else:
            c.cut()
        if time.monotonic() > until:
            return False
        time.sleep(0.1)


def try_plain(where, answer, key):
    stream = Stream(where)
    stream.line()
    stream.line()
    stream.write(IDENTIFICATION)
    return None if b"curve25519" in stream.some() else "no packet of sshd"


def try_resume(where, answer, key, other=None):
    """Through another way than before, where one is given."""
    c = Connection(answer, key)
    c.new(where)
    c.cut()
    c.resume(other or where)
    c.cut()
    c.resume(where)
    return None if is_alive(c) else "it does not go on"


def try_half_a_frame(where, answer, key):
    c = Connection(answer, key)
    c.new(where)
    c.unacknowledged = IDENTIFICATION
    c.stream.write(b"\1\0\0" + bytes([len(IDENTIFICATION)]) + IDENTIFICATION[:5])
    c.cut()
    replayed = c.resume(where)
    if b"curve25519" not in c.await_frame(DATA):
        return "it does not go on"
    return None if replayed in (len(IDENTIFICATION), len(IDENTIFICATION) - 5) else f"{replayed} bytes sent again"


def try_replay(where, answer, key):
    """What came is not acknowledged, and comes again from any position since the last acknowledgement."""
    c = Connection(answer, key)
    c.new(where)
    c.send(IDENTIFICATION)
    first = c.await_frame(DATA)
    while len(first) < 100:
        first += c.await_frame(DATA)
    for position in (0, 7, len(first) - 1):
        c.received = position
        c.resume(where, received=position, consumed=0)
        again = c.await_frame(DATA)
        if not first.startswith(again[:len(first) - position], position):
            return f"other bytes from position {position}"
    return None


def try_wrong_key(where, answer, key):
    c, stranger = Connection(answer, key), Connection(answer, key)
    c.new(where)
    stranger.id, stranger.key = c.id, os.urandom(32)
    stranger.dial(where)
    stranger.stream.write(stranger.resume_message())
    if stranger.stream.ready(5) and stranger.stream.input and os.read(stranger.stream.input, 1):
        return "a wrong key got an answer"
    return None if answers(c) and is_alive(c) else "the connection was disturbed"


def try_old_message(where, answer, key):
    """A RESUME that somebody has read on the way: our nonce is another one now."""
    c, thief = Connection(answer, key), Connection(answer, key)
    c.new(where)
    c.cut()
    c.dial(where)
    message = c.resume_message()
    c.stream.write(message)
    c.read_resumed()
    thief.dial(where)
    thief.stream.write(message)
    if not thief.stream.is_closed():
        return "a message was taken twice"
    return None if is_alive(c) else "the connection was disturbed"


def try_unknown_id(where, answer, key):
    c = Connection(answer, key)
    c.id, c.key = os.urandom(16), os.urandom(32)
    return None if is_refused(c, where) else "no NO"


def try_stranger(where, answer, key):
    c = Connection(answer, key)
    c.dial(where)
    c.client_key = os.urandom(32)
    c.stream.write(c.new_message())
    try:
        return f"a stranger got {c.stream.some(seconds=10)!r}"
    except Closed:
        return None


def try_stall(where, answer, key):
    for message in (b"\0", b"\0N\1" + bytes(20), b"\0R\1" + bytes(95)):
        c = Connection(answer, key)
        c.dial(where)
        c.stream.write(message)
        if not c.stream.is_closed(8):
            return f"{len(message)} bytes of a message, and still open"
    return None


def try_nonsense(where, answer, key):
    for message in (b"\0X\1" + bytes(96), b"\0N\2" + bytes(72)):
        c = Connection(answer, key)
        c.dial(where)
        c.stream.write(message)
        if not c.stream.is_closed(2):
            return f"{message[:3]!r} is taken for a message"
    return None


def try_positions(where, answer, key):
    c = Connection(answer, key)
    c.new(where)
    c.cut()
    for received, consumed in ((1, 1), (1 << 63, 0), (0, 1)):
        try:
            c.resume(where, received=received, consumed=consumed)
            return f"continued from {received} and {consumed}"
        except Refused as refused:
            if refused.args[0] != 2:
                return f"NO {refused}"
        c.cut()
    c.resume(where)
    return None if is_alive(c) else "it does not go on"


def breaks_off(c, where, violation):
    """Three attachments without progress end the connection with the reason 3."""
    for _ in range(3):
        violation(c)
        if not c.stream.is_closed():
            return "the attachment went on"
        c.cut()
        c.resume(where)
    c.await_frame(END)
    if c.reason != 3:
        return f"END {c.reason}"
    c.bye()
    return None if is_refused(c, where) else "it is still there"


VIOLATIONS = {
    "type": lambda c: c.frame(9, b"12345678"),
    "length": lambda c: c.frame(PING, b"1234567"),
    "empty": lambda c: c.frame(DATA),
    "long": lambda c: c.stream.write(b"\1\1\0\1"),
    "ack": lambda c: c.frame(ACK, struct.pack(">Q", c.received + 1)),
    "end": lambda c: c.frame(END, struct.pack(">QB", 5, 0)),
    "bye": lambda c: c.frame(6),
}


def try_violation(where, answer, key, name):
    c = Connection(answer, key)
    c.new(where)
    return breaks_off(c, where, VIOLATIONS[name])


def children_of(pid):
    text = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout
    return [int(word) for word in text.split()]


def sshd_processes(listener, known):
    """Those of the connection that is newer than the known children of the listener."""
    new = [pid for pid in children_of(listener) if pid not in known]
    sessions = [pid for pid in new if "sshd-session" in open(f"/proc/{pid}/cmdline").read()]
    return sessions + [child for pid in sessions for child in children_of(pid)]


def try_overrun(where, answer, key, listener):
    """sshd takes nothing: the window bounds what the holder keeps. It is stopped in poll(), and goes on (restart_syscall)."""
    c, known = Connection(answer, key), children_of(listener)
    c.new(where)
    processes = sshd_processes(listener, known)
    for pid in processes:
        os.kill(pid, signal.SIGSTOP)
    # what sshd's side of the pair takes, and the window; each piece is within the window by what is acknowledged
    piece = bytes(32000)
    try:
        for _ in range((c.window + (1 << 20)) // len(piece)):
            c.frame(DATA, piece)
            c.unacknowledged += piece
        time.sleep(0.2)
        if not c.stream.is_closed():
            return "a window is not kept, and nothing happens"
    except Closed:
        pass
    c.cut()
    c.resume(where, replay=False)
    result = None if answers(c) else "it does not go on"
    for pid in processes:
        os.kill(pid, signal.SIGCONT)
    return result


def try_stop(where, answer, key, listener):
    c, known = Connection(answer, key), children_of(listener)
    c.new(where)
    time.sleep(0.3)
    for number in (signal.SIGSTOP, signal.SIGCONT):
        for pid in sshd_processes(listener, known):
            os.kill(pid, number)
        time.sleep(0.3)
    return None if is_alive(c) else "it does not go on"


def try_displace(where, answer, key):
    """Of two at once, the later has it."""
    c = Connection(answer, key)
    c.new(where)
    old = c.stream
    c.stream.write(b"\1\0\0\5SSH")
    c.unacknowledged = b"SSH-2"
    c.resume(where)
    if not old.is_closed():
        return "the other stream is still open"
    try:
        old.write(b".0")
    except Closed:
        pass
    c.send(b".0-attempt\r\n")
    return None if b"curve25519" in c.await_frame(DATA) else "it does not go on"


def try_abandon(where, answer, key):
    dead, c = Connection(answer, key), Connection(answer, key)
    dead.new(where)
    c.dial(where)
    message = c.new_message()
    # in the first flight, as a client does
    c.stream.write(message)
    c.abandon(dead)
    c.stream.exactly(41)
    return None if dead.stream.is_closed() and is_refused(dead, where) and answers(c) else "it is still there"


def try_abandon_with_a_wrong_key(where, answer, key):
    other, c = Connection(answer, key), Connection(answer, key)
    other.new(where)
    c.new(where)
    right, other.key = other.key, os.urandom(32)
    c.abandon(other)
    other.key = right
    return None if answers(c) and answers(other) and is_alive(other) else "it was disturbed"


def try_crowd(where, answer, key):
    """At most 32 are paused."""
    all_of_them = []
    for _ in range(33):
        c = Connection(answer, key)
        c.new(where)
        c.cut()
        time.sleep(0.02)
        all_of_them.append(c)
    first, second = all_of_them[0], all_of_them[1]
    until = time.monotonic() + 5
    while True:
        first.resume(where)
        try:
            first.await_frame(END, seconds=0.5)
            break
        except TimeoutError:
            first.cut()
            if time.monotonic() > until:
                return "33 are paused"
    second.resume(where)
    result = None if first.reason == 4 and answers(second) else f"END {first.reason}"
    first.bye()
    for c in all_of_them[1:]:
        c.resume(where)
        c.end()
        c.await_frame(END)
        c.bye()
    return result


def try_crowd_of_ended(where, answer, key, listener):
    """Those whose sshd has ended count too, as long as they have something that was not fetched."""
    all_of_them = []
    for _ in range(33):
        c, known = Connection(answer, key), children_of(listener)
        c.new(where)
        c.send(IDENTIFICATION)
        c.await_frame(DATA)
        for pid in sshd_processes(listener, known):
            os.kill(pid, signal.SIGKILL)
        c.await_frame(END)
        c.cut()
        all_of_them.append(c)
    first, second = all_of_them[0], all_of_them[1]
    time.sleep(0.5)
    first.resume(where, received=0, consumed=0)
    first.received = 0
    kind, _ = first.next()
    if kind != END or first.reason != 4:
        return f"33 are kept ({kind})"
    first.bye()
    second.resume(where, received=0, consumed=0)
    second.received = 0
    if b"curve25519" not in second.await_frame(DATA):
        return "more than one has gone"
    for c in all_of_them[1:]:
        c.resume(where)
        c.await_frame(END)
        c.bye()
    return None


def try_full(where, answer, key, *limit):
    """Where no process can be forked, a client that comes back is told to come later, and then goes on."""
    c = Connection(answer, key)
    c.new(where)
    c.cut()
    subprocess.run([*limit, "1"], check=True)
    try:
        c.resume(where)
        return "it has a process"
    except Closed:
        pass
    finally:
        subprocess.run([*limit, "1000"], check=True)
    c.cut()
    c.resume(where)
    return None if is_alive(c) else "it does not go on"


def try_grace(where, answer, key, seconds="1"):
    c = Connection(answer, key)
    c.new(where, grace=int(seconds))
    if c.grace != int(seconds):
        return f"{c.grace} s"
    c.cut()
    # a wrong key does not disturb it: it gets no answer as long as the connection is there
    c.key = os.urandom(32)
    return None if is_refused(c, where) else "it is still there"


def try_long_grace(where, answer, key):
    c = Connection(answer, key)
    c.new(where, grace=1 << 31)
    return None if c.grace == 7 * 24 * 60 * 60 else f"{c.grace} s"


def try_no_grace(where, answer, key):
    """Where no socket can be made."""
    c = Connection(answer, key)
    c.new(where)
    return None if c.grace == 0 and is_alive(c) else f"{c.grace} s"


def try_end(where, answer, key):
    c = Connection(answer, key)
    c.new(where)
    c.end()
    c.await_frame(END, seconds=4)
    if c.reason != 0 or not c.bye():
        return f"END {c.reason}"
    return None if is_refused(c, where) else "it is still there"


def try_vanish_after_end(where, answer, key):
    c = Connection(answer, key)
    c.new(where)
    c.end()
    c.cut()
    return None if is_refused(c, where) else "it is still there"


def try_fetch(where, answer, key, listener):
    """sshd ends while nobody is there: what it said last, and END, are fetched."""
    c, known = Connection(answer, key), children_of(listener)
    c.new(where)
    c.send(IDENTIFICATION)
    c.await_frame(DATA)
    c.received = 0
    c.cut()
    for pid in sshd_processes(listener, known):
        os.kill(pid, signal.SIGKILL)
    time.sleep(0.3)
    c.resume(where, received=0, consumed=0)
    if b"curve25519" not in c.await_frame(DATA):
        return "its last words are lost"
    c.await_frame(END)
    c.bye()
    return None if c.reason == 0 and is_refused(c, where) else f"END {c.reason}"


def try_down(where, answer, key, *command):
    """One that is attached hears why, one that is paused is gone, and no holder is left."""
    attached, paused = Connection(answer, key), Connection(answer, key)
    attached.new(where)
    paused.new(where)
    paused.cut()
    down = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    attached.await_frame(END)
    attached.bye()
    down.wait()
    return None if attached.reason == 1 else f"END {attached.reason}"


def try_listener(where, answer, key, listener, restart):
    """The listener is killed, and another one takes the port's place: it finds the holder."""
    c = Connection(answer, key)
    c.new(where)
    os.kill(int(listener), signal.SIGKILL)
    if not answers(c):
        return "the connection has gone with the listener"
    c.cut()
    text = subprocess.run(["bash", "-c", restart], capture_output=True, text=True, check=False).stdout
    c.resume("port:" + re.search(r"^port (\d+)", text, re.M).group(1))
    return None if is_alive(c) else "it does not go on"


def try_marks(where, answer, key, state):
    """The socket never looks old, or a cleaner of old files would remove it; its mode says whether the connection is paused."""
    c = Connection(answer, key)
    c.new(where)
    path = f"{state}/resume/{c.id.hex()}"
    if time.time() - os.stat(path).st_mtime > 60:
        return "it looks old"
    c.cut()
    until = time.monotonic() + 5
    while os.stat(path).st_mode & 0o100:
        if time.monotonic() > until:
            return "it does not look paused"
        time.sleep(0.1)
    c.resume(where)
    return None if os.stat(path).st_mode & 0o100 and is_alive(c) else "it looks paused"


def try_turned_away(where, answer, key):
    """More strangers than sshd serves at once: those that it turns away must leave nothing that waits."""
    streams = []
    try:
        for _ in range(230):
            streams.append(Stream(where))
            streams[-1].line()
            if not streams[-1].line().startswith(b"SSH-"):
                break
        else:
            return "none was turned away"
        return None if streams[-1].is_closed(5) else "it waits for the one that was turned away"
    finally:
        for stream in streams:
            stream.close()


def try_other_user(where, answer, key, state):
    """Another user of the container reaches the socket: its directories keep it out, and the kernel tells who it is."""
    c = Connection(answer, key)
    c.new(where)
    path = f"{state}/resume/{c.id.hex()}"
    modes = [(name, os.stat(name).st_mode & 0o7777) for name in (state, f"{state}/resume", path)]
    if [mode for _, mode in modes] != [0o700, 0o700, 0o700]:
        return f"modes {modes}"
    c.cut()
    at = state
    for name, _ in modes:
        os.chmod(name, 0o777)
    while at not in ("/", "/tmp"):
        at = os.path.dirname(at)
        os.chmod(at, os.stat(at).st_mode | 0o011)
    os.seteuid(1001)
    other = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        directory = os.open(f"{state}/resume", os.O_RDONLY)
        other.connect(f"/proc/self/fd/{directory}/{c.id.hex()}")
        other.send(bytes([3]) + bytes(115))
    except BrokenPipeError:
        # It has hung up already, at the sight of who it is.
        pass
    finally:
        os.seteuid(0)
        for name, mode in modes:
            os.chmod(name, mode)
    try:
        if other.recv(1):
            return "it got an answer"
    except ConnectionResetError:
        pass
    c.resume(where)
    return None if is_alive(c) else "it was disturbed"
