#!/usr/bin/python3
"""How much memory the server takes.

    memory.py peak PID COMMAND...    runs COMMAND, and prints the most KiB of anonymous memory that PID and the server's processes below
                                     it had together in the meantime: what is not a file's, and counts towards a container's limit
    memory.py holder PID             prints the KiB that PID has for itself alone
    memory.py holder PID COMMAND...  runs COMMAND, and prints the most of it in the meantime
    memory.py throttle BYTES         copies stdin to stdout, so many bytes a second
"""
import os
import subprocess
import sys
import time


def below(pid):
    """The process and all below it that are the server's: what users run is not."""
    try:
        if not any(word in open(f"/proc/{pid}/cmdline").read() for word in ("sshd", "sftp")):
            return []
        children = [child for task in os.listdir(f"/proc/{pid}/task")
                    for child in open(f"/proc/{pid}/task/{task}/children").read().split()]
    except OSError:
        return []
    return [pid] + [process for child in children for process in below(child)]


def anonymous(pid):
    try:
        for line in open(f"/proc/{pid}/smaps_rollup"):
            if line.startswith("Pss_Anon:"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0


def peak(pid, *command):
    most = 0
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as running:
        while running.poll() is None:
            most = max(most, sum(anonymous(process) for process in below(pid)))
            time.sleep(0.005)
    print(most)
    return running.returncode


def private(pid):
    with open(f"/proc/{pid}/smaps_rollup") as lines:
        return sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))


def holder(pid, *command):
    most = private(pid)
    with subprocess.Popen(command or ["true"], stdin=subprocess.DEVNULL) as running:
        while running.poll() is None:
            most = max(most, private(pid))
            time.sleep(0.005)
    print(most)
    return running.returncode


def throttle(rate):
    piece = int(rate) // 20
    while data := os.read(0, piece):
        while data:
            data = data[os.write(1, data):]
        time.sleep(0.05)


sys.exit({"peak": peak, "holder": holder, "throttle": throttle}[sys.argv[1]](*sys.argv[2:]))
