#!/usr/bin/python3
"""Runs a program where no seccomp filter can be installed.

    without_seccomp.py all|real PROGRAM...

A filter of our own denies prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, …) with EPERM, as a profile of a container runtime may; with
"real" only where a filter is given: whoever asks with NULL whether the kernel has filters hears that it has.
"""
import ctypes
import os
import struct
import sys

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
ALLOW, EPERM = 0x7FFF0000, 0x00050000 | 1
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06
NUMBER, ARGUMENT = 0, 16		# offsets in struct seccomp_data
NR_PRCTL = 157				# x86-64


def instruction(code, k, true=0, false=0):
    return struct.pack("HBBI", code, true, false, k)


def argument(n, high=False):
    return instruction(LOAD, ARGUMENT + 8 * n + (4 if high else 0))


program = [
    instruction(LOAD, NUMBER), instruction(EQUAL, NR_PRCTL, 1, 0), instruction(RETURN, ALLOW),
    argument(0), instruction(EQUAL, PR_SET_SECCOMP, 1, 0), instruction(RETURN, ALLOW),
]
if sys.argv[1] == "real":
    program += [
        argument(2), instruction(EQUAL, 0, 0, 3),
        argument(2, high=True), instruction(EQUAL, 0, 0, 1), instruction(RETURN, ALLOW),
    ]
program.append(instruction(RETURN, EPERM))

code = ctypes.create_string_buffer(b"".join(program))
libc = ctypes.CDLL(None, use_errno=True)


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 or libc.prctl(
        PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(Program(len(program), ctypes.addressof(code))), 0, 0) == -1:
    sys.exit(f"without_seccomp.py: {os.strerror(ctypes.get_errno())}")
os.execvp(sys.argv[2], sys.argv[2:])
