/*
 * The socket STATE/control, on which "up" and "down" talk to the running server: a request is one message, and so is its
 * answer. The kernel tells who is at the other end: it must have our UID, and be a process that we can see. A process of
 * another container, on a volume that both mount, has no number here.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "sshpod.h"

enum { LONGEST = 4096 };

/* Relative to STATE, the working directory (place.c). */
static const struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "control" };

int
control_socket(void)
{
	return socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
}

void
control_limit_wait(int fd, time_t seconds)
{
	const struct timeval time = { .tv_sec = seconds };

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof(time));
}

bool
control_peer_is_ours(int fd, pid_t *pid)
{
	struct ucred peer;
	socklen_t length = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) == -1)
		return false;
	*pid = peer.pid;
	return peer.uid == geteuid() && peer.pid > 1;
}

/*
 * Must be called by the process that becomes the server, since the kernel names that process to everyone who connects.
 * Makes system calls, since bind() and listen() are the listener's (port.c, listener.c).
 */
int
control_listen(void)
{
	int fd = keep_open(control_socket());

	unlink(address.sun_path);
	if (fd == -1 || syscall(SYS_bind, fd, &address, sizeof(address)) == -1 || syscall(SYS_listen, fd, 64) == -1)
		return -1;
	return fd;
}

/* Returns a connection to the server, and the server's process, or -1 when there is none. */
int
control_connect(pid_t *pid)
{
	int fd = control_socket();

	if (fd == -1)
		fail_errno("start", "a socket");
	control_limit_wait(fd, 5);
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == -1) {
		close(fd);
		return -1;
	}
	if (!control_peer_is_ours(fd, pid))
		fail("start", "%s/control belongs to a process that is not ours", place.name);
	return fd;
}

/* Returns the answer, or NULL when the server exits before it gives one; errno is EAGAIN when it hangs. */
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

/* Serves one connection. This is the server's only thread, so no client gets more than a second. */
void
control_serve(int listening, const char *(*answer_to)(const char *))
{
	int fd = (int)syscall(SYS_accept4, listening, NULL, NULL, SOCK_CLOEXEC);
	char request[LONGEST + 1];
	const char *answer;
	ssize_t n;
	pid_t ignored;

	if (fd == -1)
		return;
	control_limit_wait(fd, 1);
	if (control_peer_is_ours(fd, &ignored) && (n = recv(fd, request, LONGEST, 0)) > 0) {
		request[n] = '\0';
		if ((answer = answer_to(request)) != NULL && send(fd, answer, strlen(answer), MSG_NOSIGNAL) == -1)
			perror("control");
	}
	close(fd);
}
