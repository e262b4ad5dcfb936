/*
 * The listening server: announces its port, answers "up" and "down", and exits when it is idle. These functions replace
 * those of libc, and behave differently only in the listening process.
 */
#include <errno.h>
#include <fcntl.h>
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
#include <unistd.h>

#include "sshpod.h"

void closefrom(int);

enum { AFTER_UP = 5000 };	/* milliseconds that a client has to connect to the port it was told */

static struct {
	int idle, lock, control, keys_lock;
	bool announced;
	const char *host_key;
	const char *answer;	/* to "up", but for the line that is the client's own */
	const char *first_key;	/* line of the key of the "up" that has started us */
	long long active;	/* when something last happened, besides the end of a connection; monotonic milliseconds */
	long long up;		/* when somebody last came through "up" */
} listener;

/* SIGTERM is blocked while our functions run: sshd sees it next, and ends in order. */
static void
end_in_order(void)
{
	raise(SIGTERM);
}

/*
 * Runs before the listener ends, whichever way sshd takes. After this it is not the server any more, and another may
 * start, but it stays beside its connections until the last has ended: nobody else would reap them. "down all" finds it as
 * it finds the processes of "session".
 */
void
listener_leave(void)
{
	static bool left;

	if (!is_listener() || left)
		return;
	left = true;
	if (!listener.announced)
		log_fail_with_last_line();
	if (port_file_is_ours()) {
		unlinkat(place.state, "port", 0);
		unlinkat(place.state, "control", 0);
	}
	/*
	 * A connection that has just begun waits at its end of a pair for what sshd will never send now. Closed before the
	 * lock is taken, since a close would lose it.
	 */
	closefrom(STDERR_FILENO + 1);
	if (connections_remain() && !session_lock_hold())
		perror("lock.sessions");
	close(listener.control);
	close(listener.lock);
	connections_await();
	orphans_reap();
}

/* Makes this process the listener. */
void
listener_activate(const struct server *server, int control)
{
	char pid[32];
	int n = snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());

	connections_begin();
	listener.idle = server->idle;
	listener.lock = server->lock;
	listener.control = control;
	listener.keys_lock = server->keys_lock;
	listener.host_key = server->host_key.public;
	listener.first_key = server->first_key;
	listener.active = listener.up = monotonic_milliseconds();
	/* for people who look: no program relies on it, the lock itself tells whether the server runs */
	if (ftruncate(listener.lock, 0) == 0 && pwrite(listener.lock, pid, (size_t)n, 0) != n)
		perror("lock.server");
	atexit(listener_leave);
}

static const char *
answer_for(const char *line)
{
	static char answer[1024];

	snprintf(answer, sizeof(answer), "%s%s", listener.answer, resume_key_line(line));
	return answer;
}

/*
 * The client closes the stream when it has the answer. From then on we hold nothing of it: exec through Kubernetes copies
 * as long as any process has its stdin, stdout or stderr open.
 */
static int
answer_and_detach(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	/* the client may be gone already */
	if (null == -1 || (dprintf(STDOUT_FILENO, "%sok\n", answer_for(listener.first_key)) < 0 && errno != EPIPE) ||
	    dup2(null, STDIN_FILENO) == -1 || dup2(null, STDOUT_FILENO) == -1)
		return -1;
	close(null);
	close(listener.keys_lock);
	alarm(0);
	signal(SIGALRM, SIG_DFL);
	failure_awaits_client = false;
	listener.announced = true;
	return 0;
}

int
listen(int fd, int backlog)
{
	if (syscall(SYS_listen, fd, backlog) == -1)
		return -1;
	if (!is_listener())
		return 0;
	if ((listener.answer = port_announce(fd, listener.host_key)) == NULL)
		return -1;
	sshd_forget_host_key();
	return answer_and_detach();
}

/*
 * Clients that remember the port come without "up". A server whose STATE is not its own any more, or that has refused
 * somebody, whose key may have expired, hangs up before its banner, so that they go through "up".
 */
static bool
may_serve(void)
{
	if (!port_file_is_ours() || !resume_key_is_ours() || !place_is_intact()) {
		end_in_order();
		return false;
	}
	/* a client that makes it refuse all the time cannot keep out one that has just come through "up" */
	return connections.refused == 0 || listener.up >= connections.refused ||
	    monotonic_milliseconds() - listener.up < AFTER_UP;
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
	return handback(connection);
}

/* Answers "up" and "down" (control.c). NULL for a request that we do not know. */
static const char *
answer_request(const char *request)
{
	if (strncmp(request, "up\n", 3) == 0 && place_is_intact() && keys_add(request + 3)) {
		/* where the disk is full, the key lasts as long as this server */
		if (keys_save() == -1)
			perror("authorized_keys");
		listener.up = listener.active = monotonic_milliseconds();
		return answer_for(request + 3);
	}
	if (strcmp(request, "down") != 0 && strcmp(request, "down all") != 0)
		return NULL;
	if (strcmp(request, "down all") == 0)
		connections_signal(SIGTERM);
	end_in_order();
	return "ok\n";
}

/* The time until the server may exit; NULL is for ever. "up" and connections restart it. */
static struct timespec *
idle_time_left(void)
{
	static struct timespec time;
	long long last = connections.ended > listener.active ? connections.ended : listener.active;
	long long left = last + listener.idle * 1000LL - monotonic_milliseconds();

	if (listener.idle == 0)
		return NULL;
	if (left < 0)
		left = 0;
	time = (struct timespec){ left / 1000, left % 1000 * 1000000 };
	return &time;
}

/*
 * sshd's main loop waits here, without limit, for connections and for children that end. We wait for "up" and "down" too.
 * An "up" that is answered has restarted the idle time; one that comes after it finds nobody, and starts another server.
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
		result = (int)syscall(SYS_ppoll, all, n + 1, idle_time_left(), mask, _NSIG / 8);
		if (result > 0 && control->revents != 0) {
			control_serve(listener.control, answer_request);
			result--;
			if (result == 0)
				continue;
		}
		if (result == 0) {
			if (connections_remain()) {
				listener.active = monotonic_milliseconds();
				continue;
			}
			end_in_order();
			errno = EINTR;
			return -1;
		}
		/* a signal does not count: processes that users left running may go on ending for ever */
		if (result > 0)
			listener.active = monotonic_milliseconds();
		memcpy(fds, all, n * sizeof(*all));
		return result;
	}
}
