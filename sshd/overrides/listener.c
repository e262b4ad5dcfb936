/*
 * The listener's life: any free port, announced in STATE/port; leaves when idle. These replace
 * functions of libc, and change what they do in the listening process alone.
 */
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <fcntl.h>
#include <unistd.h>

#include "sshpod.h"

enum {
	EXIT_AUTH_ATTEMPTED = 5,	/* sshd-session's, in OpenSSH's srclimit.h */
	AFTER_UP = 5000,		/* milliseconds that a client has to come by the port it was told */
};

static struct {
	pid_t pid;		/* 0: no listener here */
	int idle, lock, control, notify;
	const char *host_key;
	char answer[512];	/* to "up": also the content of the file "port" */
	struct stat port_file;
	long long active;	/* when something last happened */
	long long up;		/* when somebody last came through "up" */
	long long refused;	/* when somebody last failed to log in; 0: nobody did */
} listener;

/* False in the children that it forks, until they have become sshd-session. */
static bool
is_listener(void)
{
	return listener.pid != 0 && listener.pid == getpid();
}

/* Milliseconds, by a clock that nobody sets. */
static long long
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

/* When STATE was removed and made again, another server's port may be there. */
static bool
owns_port_file(void)
{
	struct stat st;

	return fstatat(place.state, "port", &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    st.st_dev == listener.port_file.st_dev && st.st_ino == listener.port_file.st_ino;
}

static void
remove_files(void)
{
	if (!is_listener() || !owns_port_file())
		return;
	unlinkat(place.state, "port", 0);
	unlinkat(place.state, "control", 0);
}

/* Makes this process the listener. `notify` gets a byte once it listens. */
void
listener_activate(const struct server *server, int control, int notify)
{
	char pid[32];
	int n = snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());

	listener.pid = getpid();
	listener.idle = server->idle;
	listener.lock = server->lock;
	listener.control = control;
	listener.notify = notify;
	listener.host_key = server->host_key.public;
	listener.active = listener.up = now();
	/* for people who look: nothing relies on it, the lock itself tells whether it runs */
	if (ftruncate(listener.lock, 0) == 0 && pwrite(listener.lock, pid, (size_t)n, 0) != n)
		perror("lock.server");
	atexit(remove_files);
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
	int n;

	if (getsockname(fd, (struct sockaddr *)&address, &length) == -1)
		return -1;
	n = snprintf(listener.answer, sizeof(listener.answer), "port %u\nhost-key %s\n",
	    ntohs(address.sin_port), listener.host_key);
	if (file_replace("port", listener.answer, (size_t)n) == -1 ||
	    fstatat(place.state, "port", &listener.port_file, AT_SYMLINK_NOFOLLOW) == -1)
		return -1;
	server_forget_host_key();
	n = (int)write(listener.notify, "+", 1);
	close(listener.notify);
	return n == 1 || errno == EPIPE ? 0 : -1;
}

int
listen(int fd, int backlog)
{
	if (syscall(SYS_listen, fd, backlog) == -1)
		return -1;
	return is_listener() ? announce(fd) : 0;
}

/*
 * Clients come without "up" where they remember the port. A server that is no longer the one of this
 * STATE, or that has refused somebody, whose key may have expired, hangs up before its banner, and
 * they go through "up".
 */
static bool
may_serve(void)
{
	if (!owns_port_file() || !place_is_intact()) {
		raise(SIGTERM);	/* blocked here: sshd sees it next, and ends in order */
		return false;
	}
	/* but who makes it refuse all the time keeps nobody out who has just come through "up" */
	return listener.refused == 0 || listener.up >= listener.refused || now() - listener.up < AFTER_UP;
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

/* Somebody who cannot log in may be missing among the keys: see may_serve. */
pid_t
waitpid(pid_t which, int *status, int options)
{
	int own, *result = status != NULL ? status : &own;
	pid_t pid = (pid_t)syscall(SYS_wait4, which, result, options, NULL);

	if (pid > 0 && is_listener() && WIFEXITED(*result) && WEXITSTATUS(*result) == EXIT_AUTH_ATTEMPTED)
		listener.refused = now();
	return pid;
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

static bool
is_child(const char *pid)
{
	char path[64], text[1024];
	const char *field;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%.20s/status", pid);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return false;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	return (field = strstr(text, "\nPPid:\t")) != NULL && atol(field + 7) == (long)getpid();
}

/* Children are sessions: each ends what belongs to it when it is told to leave. No number is anybody else's before we wait. */
static void
end_sessions(void)
{
	DIR *processes = opendir("/proc");
	struct dirent *entry;

	if (processes == NULL)
		return;
	while ((entry = readdir(processes)) != NULL)
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' && is_child(entry->d_name))
			kill((pid_t)atol(entry->d_name), SIGTERM);
	closedir(processes);
}

/* What "up" and "down" ask through control.c. NULL: nothing that we know. */
const char *
listener_answer(const char *request)
{
	if (strncmp(request, "up\n", 3) == 0 && place_is_intact() && keys_add(request + 3)) {
		/* where the disk is full, the key lasts as long as this server */
		if (keys_save() == -1)
			perror("authorized_keys");
		listener.up = listener.active = now();
		return listener.answer;
	}
	if (strcmp(request, "down") != 0 && strcmp(request, "down all") != 0)
		return NULL;
	if (strcmp(request, "down all") == 0)
		end_sessions();
	raise(SIGTERM);		/* blocked here: sshd sees it next, and ends in order */
	return "ok\n";
}

/* The time until it may leave. "up" and connections begin it anew; NULL is for ever. */
static struct timespec *
remaining(void)
{
	static struct timespec time;
	long long left = listener.active + listener.idle * 1000LL - now();

	if (listener.idle == 0)
		return NULL;
	if (left < 0)
		left = 0;
	time = (struct timespec){ left / 1000, left % 1000 * 1000000 };
	return &time;
}

/*
 * sshd's main loop waits here for connections and the end of children, without limit. We wait for
 * "up" and "down" too. An "up" that has got its answer has begun the idle time anew; one that comes when
 * it is over finds nobody, and starts another server.
 */
int
ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask)
{
	static struct pollfd *all;
	struct pollfd *control;
	int result;

	if (!is_listener() || timeout != NULL)
		return (int)syscall(SYS_ppoll, fds, n, timeout, mask, _NSIG / 8);
	if ((all = realloc(all, (n + 1) * sizeof(*all))) == NULL)
		return -1;
	control = &all[n];
	for (;;) {
		memcpy(all, fds, n * sizeof(*all));
		*control = (struct pollfd){ .fd = listener.control, .events = POLLIN };
		result = (int)syscall(SYS_ppoll, all, n + 1, remaining(), mask, _NSIG / 8);
		if (result > 0 && control->revents != 0) {
			control_serve(listener.control);
			result--;
			if (result == 0)
				continue;
		}
		if (result == 0) {
			if (has_children()) {
				listener.active = now();
				continue;
			}
			raise(SIGTERM);	/* blocked here: sshd sees it next, and ends in order */
			errno = EINTR;
			return -1;
		}
		listener.active = now();
		memcpy(fds, all, n * sizeof(*all));
		return result;
	}
}
