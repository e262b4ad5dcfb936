/*
 * getpeername() and getsockname(): a connection that came to our port reaches sshd-session through a holder, on a pair of
 * sockets without addresses. Logs and SSH_CONNECTION are to have those that it came by.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sshpod.h"

static struct {
	unsigned peer, own;		/* 0: not known */
} ports;
static struct stat connection;		/* whose ports they are */

static unsigned
port_by(long call, int fd)
{
	struct sockaddr_in address = { 0 };
	socklen_t length = sizeof(address);

	return syscall(call, fd, &address, &length) == 0 && address.sin_family == AF_INET ? ntohs(address.sin_port) : 0;
}

/* In the listener: the connection that is about to get its sshd-session. */
void
address_note(int fd)
{
	ports.peer = port_by(SYS_getpeername, fd);
	ports.own = port_by(SYS_getsockname, fd);
}

/* For the environment of sshd-session and sshd-auth, or NULL. */
char *
address_announce(void)
{
	static char text[64];

	if (ports.peer == 0 || ports.own == 0)
		return NULL;
	snprintf(text, sizeof(text), "SSHPOD_PORTS=%u,%u", ports.peer, ports.own);
	return text;
}

/* In these two, where the connection is standard input. */
void
address_receive(const char *text)
{
	if (text == NULL || fstat(STDIN_FILENO, &connection) == -1 ||
	    sscanf(text, "%5u,%5u", &ports.peer, &ports.own) != 2)
		ports.peer = ports.own = 0;
}

static int
address_by(long call, unsigned port, int fd, struct sockaddr *address, socklen_t *length)
{
	struct sockaddr_in loopback = { .sin_family = AF_INET, .sin_port = htons((in_port_t)port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t room = *length;
	struct stat st;

	if (syscall(call, fd, address, length) == -1)
		return -1;
	if (origin.role == LISTENER || port == 0 || address->sa_family != AF_UNIX || fstat(fd, &st) == -1 ||
	    !same_file(&st, &connection))
		return 0;
	memcpy(address, &loopback, room < sizeof(loopback) ? room : sizeof(loopback));
	*length = sizeof(loopback);
	return 0;
}

int
getpeername(int fd, struct sockaddr *address, socklen_t *length)
{
	return address_by(SYS_getpeername, ports.peer, fd, address, length);
}

int
getsockname(int fd, struct sockaddr *address, socklen_t *length)
{
	return address_by(SYS_getsockname, ports.own, fd, address, length);
}
