#!/usr/bin/python3
"""What no ordinary client does. Each prints one line, and exits with 1 where the server behaved wrongly.

    protocol.py rekey PORT KEY               sends requests in the middle of a key exchange (Debian's python3-paramiko)
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


sys.exit({"rekey": rekey, "copy-data": copy_data, "environment": environment}[sys.argv[1]](*sys.argv[2:]))
