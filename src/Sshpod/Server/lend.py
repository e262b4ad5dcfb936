# Runs in a container that has Python and no shell, as `python3 -I -c`: puts BusyBox and links to it where install.sh would put the server,
# by the same rules (places.sh). It travels in the URL of the exec request, so it is short. BusyBox comes over stdin.
# Arguments: the release of the bundle, hashes of BusyBox by machine (MACHINE=HASH=SIZE), then directories that others may write to.
import hashlib, os, subprocess, sys
release, volumes = sys.argv[1], [a for a in sys.argv[2:] if a[0] == "/"]
# Their paths may go through links, such as /var/run. Where one cannot be followed, nothing is known.
refused = [os.path.realpath(v) if os.path.exists(v) else "/" for v in volumes]
print("sshpod-bootstrap", flush=True)


def end(line):
    print(line, flush=True)
    # The answer may be lost when its process has ended (kubernetes#60140), so it waits until the client ends.
    sys.stdin.buffer.read()
    os._exit(0)


def closed(st):
    return st.st_uid in (0, os.geteuid()) and (st.st_mode & 0o1000 or not st.st_mode & 0o022)


# Our directory `name` in another that nobody can exchange, open.
def descend(above, name):
    try:
        os.mkdir(name, 0o711, dir_fd=above)
    except FileExistsError:
        pass
    fd = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=above)
    st = os.fstat(fd)
    if st.st_uid != os.geteuid() or st.st_mode & 0o022:
        raise OSError("it belongs to another user, or is open to others")
    os.fchmod(fd, 0o711)
    return fd


def place(path):
    if os.path.realpath(path) != path or any((path + "/").startswith(r.rstrip("/") + "/") for r in refused):
        raise OSError("it is shared, or not there")
    if os.statvfs(path).f_flag & (os.ST_NOEXEC | os.ST_RDONLY):
        raise OSError("it is read-only, or does not allow execution")
    above = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    if not all(closed(os.stat(p)) for p in (path, os.path.dirname(path), "/")):
        raise OSError("others can write to it")
    return descend(descend(above, "sshpod"), release)


def whole(data):
    return hashlib.sha256(data).hexdigest() == digest


os.umask(0o022)
machine = os.uname().machine
entries = [a.split("=") for a in sys.argv[2:] if a.startswith(machine + "=")]
if not entries:
    end("error machine " + machine)
_, digest, size = entries[0]
why = ""
for base in "/tmp", "/var/tmp", "/run", "/dev/shm":
    try:
        os.chdir(place(base))
        break
    except OSError as e:
        why = why or base + ": " + str(e.strerror or e)
else:
    end("error place " + why)
try:
    there = os.path.exists("sh") and whole(open("busybox", "rb").read())
except OSError:
    there = False
if not there:
    print("need", machine, flush=True)
    data = sys.stdin.buffer.read(int(size))
    if not whole(data):
        end("error corrupt")
    part = "upload.lend.%d" % os.getpid()
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o755), "wb") as f:
            f.write(data)
        # It executes this, or nothing: others cannot write here.
        os.replace(part, "busybox")
        os.makedirs("bin", 0o755, exist_ok=True)
        tools = subprocess.check_output(["./busybox", "--list"]).decode().split()
        for name, target in [("bin/" + tool, "../busybox") for tool in tools] + [("sh", "busybox")]:
            if not os.path.islink(name):
                os.symlink(target, name)
    except OSError as e:
        end("error place " + str(e))
end("shell %s/sshpod/%s/sh" % (base, release))
