"""What another container of the pod tries at the port of our server: ATTEMPT PORT SOCKET, where the last part of SOCKET is an ID."""
import os
import socket
import sys
import time

attempt, port, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
flag = "/tmp/leave"


def greeted():
    peer = socket.create_connection(("127.0.0.1", port), 10)
    stream = peer.makefile("rb")
    assert stream.readline().startswith(b"sshpod-resume 1 ")
    assert stream.readline().startswith(b"SSH-2.0-")
    return peer, stream


def said_to(message):
    """What comes back, or `closed`."""
    peer, stream = greeted()
    peer.sendall(message)
    try:
        return stream.read(1) or "closed"
    except ConnectionError:
        return "closed"
    except TimeoutError:
        return "silence"


if attempt == "resume-wrong-key":
    print(said_to(b"\0R\1" + bytes.fromhex(os.path.basename(path)) + os.urandom(32 + 16) + bytes(16) + os.urandom(16)))
elif attempt == "new-wrong-key":
    print(said_to(b"\0N\1" + os.urandom(32 + 16) + b"\0\0\1\0\0\x20\0\0" + os.urandom(16)))
elif attempt == "half-a-message":
    print(said_to(b"\0R\1" + bytes.fromhex(os.path.basename(path))))
elif attempt == "socket":
    # Its directory is in the other container's file system. No socket is in the namespace that both have, that of the network.
    assert not [line for line in open("/proc/net/unix") if "sshpod" in line and "@" in line]
    try:
        socket.socket(socket.AF_UNIX).connect(path)
        print("connected")
    except OSError:
        print("none")
elif attempt == "take-port":
    listener = socket.create_server(("127.0.0.1", port))
    listener.settimeout(0.2)
    until, served = time.monotonic() + 120, 0
    open("/tmp/taken", "w").close()
    while not os.path.exists(flag) and time.monotonic() < until:
        try:
            peer, _ = listener.accept()
        except TimeoutError:
            continue
        served += 1
        try:
            peer.sendall(b"sshpod-resume 1 " + b"A" * 22 + b"\r\nSSH-2.0-OpenSSH_10.0 stranger\r\n")
            peer.settimeout(5)
            peer.recv(99)
            peer.sendall(b"N\1" + os.urandom(16))
            peer.close()
        except OSError:
            pass
    open("/tmp/served", "w").write(str(served))
elif attempt == "has-port":
    print("yes" if os.path.exists("/tmp/taken") else "no")
elif attempt == "leave-port":
    open(flag, "w").close()
    while not os.path.exists("/tmp/served"):
        time.sleep(0.1)
    time.sleep(0.1)
    print(open("/tmp/served").read())
