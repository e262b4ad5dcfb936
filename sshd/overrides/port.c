/* The listener's port: any free one, announced in STATE/port. */
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sshpod.h"

static struct stat announced;

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

/* Writes the file, and returns its content, which is the answer to "up" too; or NULL. */
const char *
port_announce(int fd, const char *host_key)
{
	static char text[512];
	struct sockaddr_in address;
	socklen_t length = sizeof(address);
	int n;

	if (getsockname(fd, (struct sockaddr *)&address, &length) == -1)
		return NULL;
	n = snprintf(text, sizeof(text), "port %u\nhost-key %s\n", ntohs(address.sin_port), host_key);
	if (file_replace("port", text, (size_t)n) == -1 ||
	    fstatat(place.state, "port", &announced, AT_SYMLINK_NOFOLLOW) == -1)
		return NULL;
	return text;
}

/* When STATE was removed and made again, the file may have another server's port. */
bool
port_file_is_ours(void)
{
	struct stat st;

	return fstatat(place.state, "port", &st, AT_SYMLINK_NOFOLLOW) == 0 && same_file(&st, &announced);
}
