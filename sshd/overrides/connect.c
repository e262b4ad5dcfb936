/*
 * sshd connect PORT: carries bytes between stdin and stdout and a port of 127.0.0.1. For pods whose
 * ports kubectl does not forward: it wants them Running, and init containers run before that.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sshpod.h"

static void
copy(int from, int to)
{
	static char buffer[65536];
	ssize_t n, done, written;

	while ((n = read(from, buffer, sizeof(buffer))) > 0)
		for (done = 0; done < n; done += written)
			if ((written = write(to, buffer + done, (size_t)(n - done))) == -1)
				return;
}

int
connect_main(int argc, char **argv)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	int port = argc == 3 ? atoi(argv[2]) : 0, one = 1, s;
	pid_t pid;

	if (port < 1 || port > 65535)
		fail("usage", "sshd connect PORT");
	to.sin_port = htons((in_port_t)port);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	signal(SIGPIPE, SIG_IGN);
	if ((s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) == -1 ||
	    connect(s, (struct sockaddr *)&to, sizeof(to)) == -1)
		fail_errno("connect", "127.0.0.1:%d", port);
	setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if ((pid = fork()) == -1)
		fail_errno("connect", "cannot start a process");
	if (pid == 0) {
		copy(STDIN_FILENO, s);
		shutdown(s, SHUT_WR);
		_exit(0);
	}
	/* the server has the last word: what the client would still send, nobody reads */
	copy(s, STDOUT_FILENO);
	kill(pid, SIGKILL);
	return 0;
}
