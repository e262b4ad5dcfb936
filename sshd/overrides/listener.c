/*
 * The listener's life: any free port, announced in STATE_DIR/port; leaves when idle. These replace
 * functions of libc, and change what they do in the listening process alone.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <fcntl.h>
#include <unistd.h>

#include "sshpod.h"

enum { EXIT_AUTH_ATTEMPTED = 5 };	/* sshd-session's, in OpenSSH's srclimit.h */

static struct {
	pid_t pid;		/* 0: no listener here */
	int idle, lock, notify;
	const char *host_key;
	char port[300];
	struct stat port_file;
	struct timespec refused;	/* when somebody last failed to log in; 0: nobody did */
} listener;

/* False in the children that it forks, until they have become sshd-session. */
static bool
is_listener(void)
{
	return listener.pid != 0 && listener.pid == getpid();
}

/* When STATE_DIR was removed and made again, another server's port may be there. */
static bool
owns_port_file(void)
{
	struct stat st;

	return lstat(listener.port, &st) == 0 && st.st_dev == listener.port_file.st_dev &&
	    st.st_ino == listener.port_file.st_ino;
}

static void
remove_port(void)
{
	if (is_listener() && owns_port_file())
		unlink(listener.port);
}

/* The descriptors that closefrom() is to leave open (descriptors.c). */
void
listener_descriptors(int *lock, int *notify)
{
	*lock = is_listener() ? listener.lock : -1;
	*notify = is_listener() ? listener.notify : -1;
}

/* Makes this process the listener. `notify` gets a byte once it listens. */
void
listener_activate(const struct up *up, int notify)
{
	char pid[32];
	int n = snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());

	listener.pid = getpid();
	listener.idle = up->idle;
	listener.lock = up->server_lock;
	listener.notify = notify;
	listener.host_key = up->host_key;
	state_path(listener.port, sizeof(listener.port), up->state, "port");
	/* for people who look: nothing relies on it, the lock itself tells whether it runs */
	if (ftruncate(listener.lock, 0) == 0 && pwrite(listener.lock, pid, (size_t)n, 0) != n)
		perror("lock.server");
	atexit(remove_port);
}

/* sshd refuses "Port 0" in its configuration, so the port is chosen here. */
int
bind(int fd, const struct sockaddr *address, socklen_t length)
{
	struct sockaddr_in any;

	if (!is_listener() || address->sa_family != AF_INET || length < sizeof(any))
		return (int)syscall(SYS_bind, fd, address, length);
	memcpy(&any, address, sizeof(any));
	any.sin_port = 0;
	return (int)syscall(SYS_bind, fd, &any, sizeof(any));
}

static int
announce(int fd)
{
	struct sockaddr_in address;
	socklen_t length = sizeof(address);
	char *text;
	int n;

	if (getsockname(fd, (struct sockaddr *)&address, &length) == -1)
		return -1;
	n = asprintf(&text, "port %u\nhost-key %s\n", ntohs(address.sin_port), listener.host_key);
	if (n == -1 || file_replace(listener.port, text, (size_t)n, 0600) == -1 ||
	    lstat(listener.port, &listener.port_file) == -1)
		return -1;
	free(text);
	n = (int)write(listener.notify, "+", 1);
	close(listener.notify);
	listener.notify = -1;
	return n == 1 || errno == EPIPE ? 0 : -1;
}

int
listen(int fd, int backlog)
{
	if (syscall(SYS_listen, fd, backlog) == -1)
		return -1;
	return is_listener() ? announce(fd) : 0;
}

/* "up" touches the lock, after it has made sure of the client's key. */
static bool
up_since(const struct timespec *then)
{
	struct stat st;

	return fstat(listener.lock, &st) == 0 && (st.st_mtim.tv_sec > then->tv_sec ||
	    (st.st_mtim.tv_sec == then->tv_sec && st.st_mtim.tv_nsec >= then->tv_nsec));
}

/*
 * Clients come without "up" where they remember the port. A server whose files are no longer what it
 * made of them could only refuse them: it hangs up before its banner, and they go through "up".
 */
static bool
may_serve(void)
{
	if (!owns_port_file() || !keys_are_intact(origin.state)) {
		raise(SIGTERM);	/* blocked here: sshd sees it next, and ends in order */
		return false;
	}
	return listener.refused.tv_sec == 0 || up_since(&listener.refused);
}

/* Nagle and delayed acknowledgement would add 40 ms to each handshake. */
int
accept(int fd, struct sockaddr *address, socklen_t *length)
{
	int one = 1, connection = (int)syscall(SYS_accept4, fd, address, length, 0);

	if (connection == -1 || !is_listener())
		return connection;
	if (!may_serve()) {
		close(connection);
		errno = ECONNABORTED;
		return -1;
	}
	setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return connection;
}

/* Somebody who cannot log in may be missing in authorized_keys: see may_serve. */
pid_t
waitpid(pid_t which, int *status, int options)
{
	int own, *result = status != NULL ? status : &own;
	pid_t pid = (pid_t)syscall(SYS_wait4, which, result, options, NULL);

	if (pid > 0 && is_listener() && WIFEXITED(*result) && WEXITSTATUS(*result) == EXIT_AUTH_ATTEMPTED)
		clock_gettime(CLOCK_REALTIME_COARSE, &listener.refused);	/* that of mtimes */
	return pid;
}

/* Milliseconds until it may leave: "up" touches the lock, and is promised the whole idle time. */
static long long
remaining(void)
{
	struct stat st;
	struct timespec now;
	long long age, idle = listener.idle * 1000LL;

	if (fstat(listener.lock, &st) == -1 || clock_gettime(CLOCK_REALTIME, &now) == -1)
		return 0;
	age = (now.tv_sec - st.st_mtim.tv_sec) * 1000LL +
	    (now.tv_nsec - st.st_mtim.tv_nsec) / 1000000;
	return age < -1000 || age > idle ? 0 : idle - age;	/* the clock may have been set */
}

/*
 * True with lock.keys held, which no "up" can then have: none will report this port any more. It
 * stays held until the process is gone.
 */
static bool
may_leave(void)
{
	char path[512];
	int fd;

	state_path(path, sizeof(path), origin.state, "lock.keys");
	if ((fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)) == -1)
		return true;	/* the directory was removed */
	if (flock(fd, LOCK_EX | LOCK_NB) == 0 && remaining() == 0)
		return true;
	close(fd);
	return false;
}

/* Connections are children. sshd no longer waits for those that got authenticated, so do it here. */
static bool
has_children(void)
{
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
		;
	return pid == 0;
}

/*
 * sshd's main loop waits here for connections and the end of children, without limit. Any of them
 * begins the idle time anew.
 */
int
ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask)
{
	long long wait = listener.idle * 1000LL;
	int result;

	if (!is_listener() || listener.idle == 0 || timeout != NULL)
		return (int)syscall(SYS_ppoll, fds, n, timeout, mask, _NSIG / 8);
	for (;;) {
		struct timespec limit = { wait / 1000, wait % 1000 * 1000000 };

		result = (int)syscall(SYS_ppoll, fds, n, &limit, mask, _NSIG / 8);
		if (result != 0)
			return result;
		if (has_children())
			wait = listener.idle * 1000LL;
		else if (may_leave()) {
			raise(SIGTERM);	/* blocked here: sshd sees it next, and ends in order */
			errno = EINTR;
			return -1;
		} else
			wait = remaining() + 100;	/* or an "up" is at work just now */
	}
}
