/*
 * The listener's life: any free port, announced in STATE/port; leaves when idle. These replace
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
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <fcntl.h>
#include <unistd.h>

#include "sshpod.h"

void closefrom(int);

enum {
	EXIT_AUTH_ATTEMPTED = 5,	/* sshd-session's, in OpenSSH's srclimit.h */
	AFTER_UP = 5000,		/* milliseconds that a client has to come by the port it was told */
	PATIENCE = 100,			/* times that sessions are told to leave before they are made to */
};

static struct {
	pid_t pid;		/* 0: no listener here */
	int idle, lock, control, turn;
	bool announced;
	pid_t *sessions;	/* children that are connections; others are what users left behind */
	size_t count, room;
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
	if (!owns_port_file())
		return;
	unlinkat(place.state, "port", 0);
	unlinkat(place.state, "control", 0);
}

static bool
forget_session(pid_t pid)
{
	for (size_t i = 0; i < listener.count; i++)
		if (listener.sessions[i] == pid) {
			listener.sessions[i] = listener.sessions[--listener.count];
			return true;
		}
	return false;
}

/* sshd.c's fork(), for a connection (build/bundle.sh). */
pid_t
listener_fork(void)
{
	size_t room = listener.room + 16;
	pid_t pid, *larger;

	if (listener.count == listener.room) {
		if ((larger = realloc(listener.sessions, room * sizeof(*larger))) == NULL)
			return -1;
		listener.sessions = larger;
		listener.room = room;
	}
	if ((pid = fork()) > 0)
		listener.sessions[listener.count++] = pid;
	return pid;
}

/*
 * This process also reaps what its sessions leave behind, which says nothing. Somebody who cannot log in may be
 * missing among the keys: see may_serve.
 */
pid_t
waitpid(pid_t which, int *status, int options)
{
	int own, *result = status != NULL ? status : &own;
	pid_t pid = (pid_t)syscall(SYS_wait4, which, result, options, NULL);

	if (pid <= 0 || !is_listener() || !forget_session(pid))
		return pid;
	listener.active = now();
	if (WIFEXITED(*result) && WEXITSTATUS(*result) == EXIT_AUTH_ATTEMPTED)
		listener.refused = now();
	return pid;
}

/* sshd no longer waits for those that got authenticated, so do it here. */
static bool
has_sessions(void)
{
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	return listener.count > 0;
}

/* Each ends what belongs to it when it is told to leave. No number is anybody else's before we wait. */
static void
end_sessions(int signal)
{
	for (size_t i = 0; i < listener.count; i++)
		kill(listener.sessions[i], signal);
}

static volatile sig_atomic_t told_to_leave;

static void
leave(int signal)
{
	(void)signal;
	told_to_leave = 1;
}

/*
 * A server that leaves while sessions go on ("down") is one no more, and another may start. It stays beside them until the
 * last has ended: nobody else would reap them. "down all" finds it, as it finds those of "session".
 */
static void
await_sessions(void)
{
	sigset_t watched, others;
	int told = 0;

	sigemptyset(&watched);
	sigaddset(&watched, SIGTERM);
	sigaddset(&watched, SIGCHLD);
	sigprocmask(SIG_BLOCK, &watched, &others);
	sigdelset(&others, SIGTERM);
	sigdelset(&others, SIGCHLD);
	signal(SIGTERM, leave);
	while (has_sessions()) {
		/* "down all" says it a hundred times a second */
		if (told_to_leave)
			end_sessions(++told < PATIENCE ? SIGTERM : SIGKILL);
		told_to_leave = 0;
		sigsuspend(&others);
	}
}

/* Before this process ends, by whatever way sshd takes. */
void
listener_leave(void)
{
	static bool left;

	if (!is_listener() || left)
		return;
	left = true;
	if (!listener.announced)
		server_fail_with_log();
	remove_files();
	/* a connection that has just begun waits at its end of a pair for what sshd will never say now; before a lock is taken, which a close loses */
	closefrom(STDERR_FILENO + 1);
	if (has_sessions() && !sessions_join())
		perror("lock.sessions");
	close(listener.control);
	close(listener.lock);
	await_sessions();
	orphans_reap();
}

/* Makes this process the listener. */
void
listener_activate(const struct server *server, int control)
{
	char pid[32];
	int n = snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());

	listener.pid = getpid();
	listener.idle = server->idle;
	listener.lock = server->lock;
	listener.control = control;
	listener.turn = server->turn;
	listener.host_key = server->host_key.public;
	listener.active = listener.up = now();
	/* for people who look: nothing relies on it, the lock itself tells whether it runs */
	if (ftruncate(listener.lock, 0) == 0 && pwrite(listener.lock, pid, (size_t)n, 0) != n)
		perror("lock.server");
	atexit(listener_leave);
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

/*
 * The client closes the stream when it has the answer. From then on nothing of it is kept: exec through Kubernetes
 * copies for as long as anybody holds its stdin, stdout and stderr.
 */
static int
answer_and_detach(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	/* it may have left already */
	if (null == -1 || (dprintf(STDOUT_FILENO, "%sok\n", listener.answer) < 0 && errno != EPIPE) ||
	    dup2(null, STDIN_FILENO) == -1 || dup2(null, STDOUT_FILENO) == -1)
		return -1;
	close(null);
	close(listener.turn);
	alarm(0);
	signal(SIGALRM, SIG_DFL);
	answer_is_last = false;
	listener.announced = true;
	return 0;
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
	return answer_and_detach();
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
		end_sessions(SIGTERM);
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
			if (has_sessions()) {
				listener.active = now();
				continue;
			}
			raise(SIGTERM);	/* blocked here: sshd sees it next, and ends in order */
			errno = EINTR;
			return -1;
		}
		/* not for a signal: what a user has left running may end children for ever */
		if (result > 0)
			listener.active = now();
		memcpy(fds, all, n * sizeof(*all));
		return result;
	}
}
