#!/usr/bin/python3
"""A client of resumable connections, as sshpod is one.

WHERE is port:N, or exec:COMMAND, which carries the stream of a "session". ANSWER is a file with an answer of the server, KEY one with the
public key that it was given.

    resume.py vectors FILE                     derives what the file lists, and compares
    resume.py carry WHERE ANSWER KEY           ssh's ProxyCommand. SSHPOD_CUT=BYTES,TIMES cuts the stream each time that so many bytes
                                               have passed; SIGUSR1 cuts it; SSHPOD_GRACE is the grace in seconds; lines about what
                                               happened are appended to SSHPOD_NOTES
    resume.py try NAME WHERE ANSWER KEY [...]  what attempts.py describes under that name
"""
import base64
import hashlib
import hmac
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import time

DATA, ACK, PING, PONG, END, BYE, ABANDON = range(1, 8)
LONGEST_DATA = 32751


def digest(key, label, *parts):
    return hmac.new(key, b"sshpod-resume-1" + label + b"".join(parts), hashlib.sha256).digest()


def mac(key, label, *parts):
    return digest(key, label, *parts)[:16]


class Closed(Exception):
    """The server has closed the stream."""


class Refused(Exception):
    """NO, with its code."""


class Stream:
    def __init__(self, where):
        kind, value = where.split(":", 1)
        self.process = self.socket = None
        if kind == "port":
            self.socket = socket.create_connection(("127.0.0.1", int(value)), 10)
            self.socket.settimeout(None)
            self.input = self.output = self.socket.fileno()
        else:
            self.process = subprocess.Popen(value, shell=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0,
                                            start_new_session=True)
            self.input, self.output = self.process.stdout.fileno(), self.process.stdin.fileno()

    def ready(self, seconds):
        return bool(select.select([self.input], [], [], seconds)[0])

    def some(self, most=65536, seconds=20):
        if not self.ready(seconds):
            raise TimeoutError("nothing came")
        try:
            data = os.read(self.input, most)
        except ConnectionError:
            data = b""
        if not data:
            raise Closed
        return data

    def exactly(self, count, seconds=20):
        data = b""
        while len(data) < count:
            data += self.some(count - len(data), seconds)
        return data

    def line(self):
        data = b""
        while not data.endswith(b"\n"):
            data += self.exactly(1)
        return data

    def write(self, data):
        try:
            while data:
                data = data[os.write(self.output, data):]
        except (BrokenPipeError, ConnectionError) as error:
            raise Closed from error

    def close(self):
        if self.socket:
            # a reset, as a broken path makes it
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.socket.close()
        else:
            self.process.stdin.close()
            self.process.stdout.close()

    def is_closed(self, seconds=5):
        """Whether the server closes, whatever it says before."""
        until = time.monotonic() + seconds
        try:
            while time.monotonic() < until:
                if self.ready(0.1):
                    self.some()
        except Closed:
            return True
        return False


class Connection:
    """The state that outlives a stream."""

    known = []

    def __init__(self, answer, key):
        self.known.append(self)
        lines = dict(line.split(" ", 1) for line in open(answer).read().splitlines() if " " in line)
        self.client_key = base64.b64decode(lines["resume-key"])
        self.fingerprint = hashlib.sha256(" ".join(open(key).read().split()[:2]).encode()).digest()
        self.id = self.key = self.stream = None
        self.base, self.unacknowledged = 0, b""     # what we have sent
        self.received = self.acknowledged = 0
        self.pending = b""                          # bytes of frames
        self.window = self.grace = 0
        self.final = None

    def dial(self, where):
        self.stream = Stream(where)
        self.pending = b""
        greeting = self.stream.line()
        assert greeting.startswith(b"sshpod-resume 1 ") and greeting.endswith(b"\r\n") and len(greeting) == 40, greeting
        self.nonce = base64.b64decode(greeting[16:38] + b"==")
        banner = self.stream.line()
        assert banner.startswith(b"SSH-2.0-OpenSSH_"), banner
        return banner

    def new_message(self, grace=60, window=1 << 21):
        self.nonce_c = os.urandom(16)
        message = b"\0N\1" + self.fingerprint + self.nonce_c + struct.pack(">II", grace, window)
        return message + mac(self.client_key, b"new", self.nonce, message)

    def new(self, where, first=b"", **wishes):
        banner = self.dial(where)
        self.stream.write(self.new_message(**wishes) + first)
        answer = self.stream.exactly(41)
        self.id = answer[1:17]
        self.grace, self.window = struct.unpack(">II", answer[17:25])
        self.key = digest(self.client_key, b"key", self.nonce, self.nonce_c, self.id)
        assert answer[:1] == b"W" and answer[25:] == mac(self.key, b"welcome", answer[:25]), answer
        return banner

    def resume_message(self, received=None, consumed=None):
        received = self.received if received is None else received
        self.nonce_c = os.urandom(16)
        message = b"\0R\1" + self.id + self.fingerprint + self.nonce_c + struct.pack(
            ">QQ", received, received if consumed is None else consumed)
        return message + mac(self.key, b"resume", self.nonce, message)

    def resume(self, where, replay=True, **positions):
        self.dial(where)
        self.stream.write(self.resume_message(**positions))
        return self.read_resumed(replay)

    def read_resumed(self, replay=True):
        answer = self.stream.exactly(1)
        if answer == b"N":
            answer += self.stream.exactly(17)
            right = mac(self.client_key, b"no", self.nonce, self.nonce_c, self.id, answer[1:2])
            assert answer[2:] == right, "a NO that is not the server's"
            raise Refused(answer[1])
        answer += self.stream.exactly(32)
        assert answer[:1] == b"S" and answer[17:] == mac(self.key, b"resumed", self.nonce, self.nonce_c, answer[:17]), answer
        received, consumed = struct.unpack(">QQ", answer[1:17])
        assert self.base <= consumed <= received <= self.base + len(self.unacknowledged), (self.base, consumed, received)
        self.forget(consumed)
        self.acknowledged = self.received
        replayed = self.unacknowledged[received - self.base:] if replay else b""
        for at in range(0, len(replayed), LONGEST_DATA):
            self.frame(DATA, replayed[at:at + LONGEST_DATA])
        return len(replayed)

    def forget(self, position):
        assert self.base <= position <= self.base + len(self.unacknowledged), "an ACK of what was never sent"
        self.unacknowledged = self.unacknowledged[position - self.base:]
        self.base = position

    def frame(self, kind, payload=b""):
        self.stream.write(bytes([kind]) + len(payload).to_bytes(3, "big") + payload)

    def send(self, data):
        self.unacknowledged += data
        self.frame(DATA, data)

    def acknowledge(self):
        self.acknowledged = self.received
        self.frame(ACK, struct.pack(">Q", self.received))

    def end(self):
        self.frame(END, struct.pack(">QB", self.base + len(self.unacknowledged), 0))

    def abandon(self, other):
        self.frame(ABANDON, other.id + mac(other.key, b"abandon", self.nonce, other.id))

    def next(self, seconds=20):
        """The next frame, as (type, payload)."""
        while len(self.pending) < 4 or len(self.pending) < 4 + int.from_bytes(self.pending[1:4], "big"):
            self.pending += self.stream.some(seconds=seconds)
        length = int.from_bytes(self.pending[1:4], "big")
        kind, payload = self.pending[0], self.pending[4:4 + length]
        self.pending = self.pending[4 + length:]
        if kind == DATA:
            assert 1 <= length <= 65536
            self.received += length
        elif kind == ACK:
            self.forget(struct.unpack(">Q", payload)[0])
        elif kind == END:
            self.final, self.reason = struct.unpack(">QB", payload)
            assert self.final == self.received, (self.final, self.received)
        return kind, payload

    def await_frame(self, wanted, seconds=20):
        until = time.monotonic() + seconds
        while True:
            kind, payload = self.next(max(0.1, until - time.monotonic()))
            if kind == wanted:
                return payload

    def bye(self):
        self.frame(BYE)
        return self.stream.is_closed()

    def cut(self):
        self.stream.close()


def vectors(path):
    given = {name: bytes.fromhex(value) for name, value in (line.split() for line in open(path))}
    client = digest(given["server_key"], b"client", given["fingerprint"])
    key = digest(client, b"key", given["nonce_s"], given["nonce_c"], given["id"])
    new, welcome, resume, resumed = (given[name] for name in ("new", "welcome", "resume", "resumed"))
    both = (given["nonce_s"], given["nonce_c"])
    assert client == given["client_key"] and key == given["connection_key"]
    assert new[59:] == mac(client, b"new", given["nonce_s"], new[:59])
    assert welcome[25:] == mac(key, b"welcome", welcome[:25])
    assert resume[83:] == mac(key, b"resume", given["nonce_s"], resume[:83])
    assert resumed[17:] == mac(key, b"resumed", *both, resumed[:17])
    assert given["no_1"] == b"N\1" + mac(client, b"no", *both, given["id"], b"\1")
    assert given["new_no_3"] == b"N\3" + mac(client, b"no", *both, bytes(16), b"\3")
    assert given["abandon"] == b"\7\0\0\x20" + given["id"] + mac(key, b"abandon", given["nonce_s"], given["id"])


class Carry:
    def __init__(self, where, answer, key):
        self.where, self.connection = where, Connection(answer, key)
        self.every, self.times = (int(n) for n in os.environ.get("SSHPOD_CUT", "0,0").split(","))
        self.passed = self.cuts = 0
        self.told = self.hung_up = False
        self.wakes, wake = os.pipe()
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake)
        signal.signal(signal.SIGUSR1, self.note_signal)
        signal.signal(signal.SIGHUP, self.hang_up)

    def note_signal(self, *_):
        self.told = True

    def hang_up(self, *_):
        self.hung_up = True

    def note(self, text):
        if "SSHPOD_NOTES" in os.environ:
            with open(os.environ["SSHPOD_NOTES"], "a") as notes:
                notes.write(text + "\n")

    def redial(self):
        self.connection.cut()
        self.cuts += 1
        self.note(f"cut {self.cuts}")
        for _ in range(50):
            try:
                return self.connection.resume(self.where)
            except (Closed, OSError):
                time.sleep(0.1)
        raise Closed

    def cut_if_due(self, count):
        self.passed += count
        if self.told or (self.cuts < self.times and self.passed >= self.every * (self.cuts + 1)):
            self.told = False
            self.redial()

    def from_server(self):
        kind, payload = self.connection.next()
        if kind == DATA:
            while payload:
                payload = payload[os.write(1, payload):]
            if self.connection.received - self.connection.acknowledged >= 1 << 19:
                self.connection.acknowledge()
        elif kind == END:
            self.note(f"end {self.connection.reason}")
            self.note(f"closed {self.connection.bye()}")
            sys.exit(0)

    def turn(self):
        c = self.connection
        room = min(LONGEST_DATA, c.window - len(c.unacknowledged))
        wanted = [c.stream.input, self.wakes] + ([0] if room > 0 and self.open else [])
        ready = [c.stream.input] if c.pending[4:] else select.select(wanted, [], [], 0.5)[0]
        before = c.received
        if self.wakes in ready:
            os.read(self.wakes, 64)
        if not ready and c.received > c.acknowledged:
            c.acknowledge()
        if 0 in ready:
            data = os.read(0, room)
            if data:
                c.send(data)
                self.cut_if_due(len(data))
                return
            self.open = False
            c.end()
        if c.stream.input in ready:
            self.from_server()
            self.cut_if_due(c.received - before)

    def run(self):
        banner = self.connection.new(self.where, grace=int(os.environ.get("SSHPOD_GRACE", "60")))
        os.write(1, banner)
        self.open = True
        while True:
            try:
                self.turn()
                if self.hung_up and self.open:
                    self.connection.end()
                    self.open = False
                if self.told:
                    self.cut_if_due(0)
            except (Closed, TimeoutError):
                if not self.open:
                    return 0
                self.redial()
            except BrokenPipeError:
                self.open = False
                self.connection.end()


def carry(where, answer, key):
    carrying = Carry(where, answer, key)
    try:
        return carrying.run()
    except Refused as refused:
        carrying.note(f"no {refused}")
    return 255


if __name__ == "__main__":
    if sys.argv[1] == "vectors":
        sys.exit(vectors(sys.argv[2]))
    if sys.argv[1] == "carry":
        sys.exit(carry(*sys.argv[2:]))
    sys.modules["resume"] = sys.modules["__main__"]
    import attempts
    result = getattr(attempts, "try_" + sys.argv[2])(*sys.argv[3:])
    for connection in Connection.known:
        try:
            connection.end()
            connection.await_frame(END, 4)
            connection.bye()
        except (Closed, OSError, ValueError, AttributeError):
            pass
    sys.exit(result)
