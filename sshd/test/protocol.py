#!/usr/bin/python3
"""What no ordinary client does. Each prints one line, and exits with 1 where the server behaved wrongly.

    protocol.py rekey PORT KEY               sends requests in the middle of a key exchange (Debian's python3-paramiko)
    protocol.py exchange PORT EXCHANGE       sends bad values in key exchanges, and good ones beside them (likewise)
    protocol.py environment PORT KEY NAME=VALUE  sends a variable, and shows what the session has (likewise)
    protocol.py copy-data FROM TO SSH...     asks sftp to append FROM to TO, until the end of FROM, through ssh
"""
import struct
import subprocess
import sys


def rekey(port, key):
    import socket
    import time

    import paramiko
    from paramiko.common import MSG_KEXINIT

    transport = paramiko.Transport(socket.create_connection(("127.0.0.1", int(port))))
    # The answer stays unanswered: the exchange never ends.
    transport._handler_table = dict(transport._handler_table)
    transport.start_client(timeout=20)
    transport.auth_publickey("root", paramiko.Ed25519Key.from_private_key_file(key))
    transport._handler_table[MSG_KEXINIT] = lambda *_: None
    transport._send_kex_init()
    request = paramiko.Message()
    request.add_byte(paramiko.common.cMSG_GLOBAL_REQUEST)
    request.add_string("nothing@sshpod")
    request.add_boolean(True)
    sent = 0
    until = time.monotonic() + 10
    try:
        while sent < 20000 and time.monotonic() < until:
            transport.packetizer.send_message(request)
            sent += 1
            if not transport.is_active():
                break
    except (EOFError, OSError):
        pass
    while transport.is_active() and time.monotonic() < until:
        time.sleep(0.05)
    if transport.is_active():
        return f"still connected after {sent} requests"
    print(f"disconnected after at most {sent} requests")
    return 0


def copy_data(source, target, *ssh):
    """OPEN gives the handles 0 and 1, of four bytes each, as OpenSSH counts them."""
    def packet(kind, body):
        return struct.pack(">IB", len(body) + 1, kind) + body

    def string(value):
        return struct.pack(">I", len(value)) + value

    def answer():
        length, kind = struct.unpack(">IB", server.stdout.read(5))
        return kind, server.stdout.read(length - 1)

    server = subprocess.Popen(ssh, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    read, write = 1, 2
    server.stdin.write(
        packet(1, struct.pack(">I", 3)) +
        packet(3, struct.pack(">I", 1) + string(source.encode()) + struct.pack(">II", read, 0)) +
        packet(3, struct.pack(">I", 2) + string(target.encode()) + struct.pack(">II", write, 0)))
    server.stdin.flush()
    answer()
    (kind, first), (other, second) = answer(), answer()
    if kind != 102 or other != 102:
        return "no handles"
    end = 1 << 16
    server.stdin.write(packet(200, struct.pack(">I", 3) + string(b"copy-data") + first[4:] + struct.pack(">QQ", 0, 0) +
                              second[4:] + struct.pack(">Q", end)))
    server.stdin.flush()
    _, status = answer()
    server.kill()
    print("status", struct.unpack(">II", status[:8])[1])
    return 0


def environment(port, key, variable):
    """Its line says that the variable is sent unasked; but it is not OpenSSH, whose system would do so."""
    import socket

    import paramiko

    name, value = variable.split("=", 1)
    connection = socket.create_connection(("127.0.0.1", int(port)))
    connection.sendall(f"sshpod-unasked {variable}\n".encode())
    transport = paramiko.Transport(connection)
    transport.start_client(timeout=20)
    transport.auth_publickey("root", paramiko.Ed25519Key.from_private_key_file(key))
    session = transport.open_session()
    session.set_environment_variable(name, value)
    session.exec_command(f"printf %s \"${name}\"")
    print(session.makefile().read().decode())
    transport.close()
    return 0


def points():
    """Points of P-256 in the one form that RFC 5656 asks for; and what is none, or has another form."""
    p = 2**256 - 2**224 + 2**192 + 2**96 - 1
    b = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
    x = 0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296
    y = 0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5

    def point(x, y, form=4):
        return bytes([form]) + x.to_bytes(32, "big") + y.to_bytes(32, "big")

    # A coordinate below 2**256 - p has a second spelling, above p.
    small = next(n for n in range(100) if pow(n**3 - 3 * n + b, (p - 1) // 2, p) == 1)
    root = pow(small**3 - 3 * small + b, (p + 1) // 4, p)
    return {"the generator": point(x, y), "a point with a small x": point(small, root)}, {
        "nothing": b"", "infinity": b"\0", "infinity, as long as a point": bytes(65), "0, 0": point(0, 0),
        "beside the curve": point(x, y + 1), "on another curve": point(5, 1),
        "x above p": point(small + p, root), "x is p": point(p, root), "y is p": point(x, p), "all ones": point(2**256 - 1, 2**256 - 1),
        "compressed": bytes([2 + (y & 1)]) + x.to_bytes(32, "big"), "hybrid": point(x, y, 6 + (y & 1)), "no form": point(x, y, 0),
        "a byte too few": point(x, y)[:-1], "a byte too many": point(x, y) + b"\0", "the form alone": b"\4", "30 KB": b"\4" * 30000,
    }


def numbers():
    """1 < e < p - 1; and what is outside, or a power of 2 that anybody can see (OpenSSH's dh_pub_is_valid)."""
    from paramiko.kex_group14 import KexGroup14SHA256

    p = KexGroup14SHA256.P

    def number(n):
        return n.to_bytes(n.bit_length() // 8 + 1, "big")

    return {"15": number(15), "15, with zeros": bytes(200) + number(15), "p - 2": number(p - 2)}, {
        "nothing": b"", "0": b"\0", "256 zeros": bytes(256), "1": number(1), "1, with zeros": bytes(256) + b"\1",
        "2": number(2), "2**2000": number(2**2000), "7 << 1000": number(7 << 1000),
        "p - 1": number(p - 1), "p": number(p), "p + 1": number(p + 1), "p + 15": number(p + 15),
        "2 p": number(2 * p), "2 p + 15": number(2 * p + 15),
        "negative": b"\xff" * 256, "2**2048 - 1": number(2**2048 - 1), "300 bytes": number(2**2399 - 1), "30 KB": b"\1" * 30000,
    }


def exchange(port, name):
    import logging
    import socket

    import paramiko

    logging.getLogger("paramiko").addHandler(logging.NullHandler())

    def is_answered(value):
        answers = []

        class Exchange:
            def __init__(self, transport):
                self.transport = transport

            def start_kex(self):
                message = paramiko.Message()
                message.add_byte(bytes([30]))
                message.add_string(value)
                self.transport._send_message(message)
                self.transport._expect_packet(31)

            def parse_next(self, kind, _):
                answers.append(kind)
                raise paramiko.SSHException("answered")

        transport = paramiko.Transport(socket.create_connection(("127.0.0.1", int(port))))
        transport._kex_info = {name: Exchange}
        transport._preferred_kex = (name,)
        try:
            transport.start_client(timeout=20)
        except (paramiko.SSHException, EOFError, OSError):
            pass
        transport.join(20)
        if transport.is_alive():
            raise TimeoutError("still connected")
        return answers != []

    good, bad = points() if "nistp256" in name else numbers()
    wrong = [f"not answered: {what}" for what, value in good.items() if not is_answered(value)]
    wrong += [f"answered: {what}" for what, value in bad.items() if is_answered(value)]
    return "\n".join(wrong) or 0


sys.exit({"rekey": rekey, "exchange": exchange, "copy-data": copy_data, "environment": environment}[sys.argv[1]](*sys.argv[2:]))
