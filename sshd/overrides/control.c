/*
 * The socket STATE/control, on which "up" and "down" speak to the server that runs: a request is one
 * message, and so is its answer. Who is at the other end, the kernel says: it must have our UID, and be
 * a process that we can see. One of another container, on a volume that both mount, has no number here.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "sshpod.h"

enum { LONGEST = 4096 };

/* Relative to STATE, in which this process works (place.c). */
static const struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "control" };

static int
open_socket(void)
{
	return socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
}

static void
limit(int fd, time_t seconds)
{
	const struct timeval time = { .tv_sec = seconds };

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof(time));
}

static bool
is_ours(int fd, pid_t *pid)
{
	struct ucred peer;
	socklen_t length = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) == -1)
		return false;
	*pid = peer.pid;
	return peer.uid == geteuid() && peer.pid > 1;
}

/* For the process that is to be the server: the kernel names it to whoever connects. */
int
control_listen(void)
{
	int fd = keep_open(open_socket());

	unlink(address.sun_path);
	if (fd == -1 || bind(fd, (const struct sockaddr *)&address, sizeof(address)) == -1 ||
	    syscall(SYS_listen, fd, 64) == -1)
		return -1;
	return fd;
}

/* Returns a connection to the server and its process, or -1 when there is none. */
int
control_connect(pid_t *pid)
{
	int fd = open_socket();

	if (fd == -1)
		fail_errno("start", "a socket");
	limit(fd, 5);
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == -1) {
		close(fd);
		return -1;
	}
	if (!is_ours(fd, pid))
		fail("start", "%s/control belongs to a process that is not ours", place.name);
	return fd;
}

/* The process, and no other that gets its number later. -1 before Linux 5.3. */
int
process_open(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

void
process_signal(int process, pid_t pid, int signal)
{
	if (process != -1)
		syscall(SYS_pidfd_send_signal, process, signal, NULL, 0);
	else
		kill(pid, signal);
}

/* Returns the answer, or NULL when the server left before it gave one; errno is EAGAIN when it hangs. */
char *
control_ask(int fd, const char *request)
{
	static char answer[LONGEST + 1];
	ssize_t n = send(fd, request, strlen(request), MSG_NOSIGNAL);

	if (n != -1)
		n = recv(fd, answer, LONGEST, 0);
	if (n != -1)
		errno = 0;
	answer[n > 0 ? n : 0] = '\0';
	return n > 0 ? answer : NULL;
}

/* One connection: this is the server's only thread, so nobody gets more than a second. */
void
control_serve(int listening)
{
	int fd = (int)syscall(SYS_accept4, listening, NULL, NULL, SOCK_CLOEXEC);
	char request[LONGEST + 1];
	const char *answer;
	ssize_t n;
	pid_t ignored;

	if (fd == -1)
		return;
	limit(fd, 1);
	if (is_ours(fd, &ignored) && (n = recv(fd, request, LONGEST, 0)) > 0) {
		request[n] = '\0';
		if ((answer = listener_answer(request)) != NULL &&
		    send(fd, answer, strlen(answer), MSG_NOSIGNAL) == -1)
			perror("control");
	}
	close(fd);
}
