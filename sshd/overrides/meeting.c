/*
 * Where attachers find holders: each holder that can be resumed listens on STATE/resume/ID. An attacher sends one message,
 * with the descriptors of its stream. The kernel tells who is at the other end, as on `control`.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "sshpod.h"
#include "resume.h"

/* Relative to STATE, the working directory of those that come here. */
static struct sockaddr_un
address_of(const uint8_t id[RESUME_ID])
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char *end = stpcpy(address.sun_path, "resume/");

	for (int i = 0; i < RESUME_ID; i++)
		end += sprintf(end, "%02x", id[i]);
	return address;
}

/* Returns -1 where no such socket can be made: some volumes have none, and a disk may be full. */
int
meeting_open(const uint8_t id[RESUME_ID])
{
	struct sockaddr_un address = address_of(id);
	struct stat st;
	mode_t mask;
	int fd, directory, result;

	if (mkdirat(place.state, "resume", 0700) == -1 && errno != EEXIST)
		return -1;
	if ((directory = open_own(place.state, "resume", &st)) == -1)
		return -1;
	close(directory);
	if ((fd = control_socket()) == -1)
		return -1;
	mask = (mode_t)syscall(SYS_umask, 0177);
	result = (int)syscall(SYS_bind, fd, &address, sizeof(address));
	syscall(SYS_umask, mask);
	if (result == -1 || syscall(SYS_listen, fd, 8) == -1) {
		close(fd);
		return -1;
	}
	meeting_mark(id, false);
	return fd;
}

void
meeting_close(const uint8_t id[RESUME_ID])
{
	struct sockaddr_un address = address_of(id);

	unlinkat(place.state, address.sun_path, 0);
}

/*
 * The mode of the socket's file tells whether the connection is paused, 0600, or not, 0700, which means nothing else for a
 * socket; its time tells since when. Never an old time: others clean old files away, and nobody would find the holder.
 */
void
meeting_mark(const uint8_t id[RESUME_ID], bool paused)
{
	struct sockaddr_un address = address_of(id);

	fchmodat(place.state, address.sun_path, paused ? 0600 : 0700, 0);
	utimensat(place.state, address.sun_path, NULL, AT_SYMLINK_NOFOLLOW);
}

union rights {
	char room[CMSG_SPACE(2 * sizeof(int))];
	struct cmsghdr header;
};

/*
 * Sends a message to a holder, with the descriptors of a stream if there is one. Returns the connection, which the holder
 * closes with the stream, or -1 with ENOENT when there is no such holder, or not any more.
 */
int
meeting_call(const uint8_t id[RESUME_ID], const struct meeting_message *message, const struct attachment *stream)
{
	struct sockaddr_un address = address_of(id);
	union rights rights = { { 0 } };
	struct iovec text = { (void *)message, sizeof(*message) };
	struct msghdr packet = { .msg_iov = &text, .msg_iovlen = 1 };
	int fd = control_socket();
	pid_t ignored;

	if (fd == -1)
		return -1;
	if (stream != NULL) {
		packet.msg_control = rights.room;
		packet.msg_controllen = sizeof(rights.room);
		rights.header = (struct cmsghdr){ .cmsg_len = CMSG_LEN(2 * sizeof(int)), .cmsg_level = SOL_SOCKET,
		    .cmsg_type = SCM_RIGHTS };
		memcpy(CMSG_DATA(&rights.header), (int [2]){ stream->in, stream->out }, 2 * sizeof(int));
	}
	control_limit_wait(fd, 1);
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == -1) {
		/* its holder was killed */
		if (errno == ECONNREFUSED) {
			meeting_close(id);
			errno = ENOENT;
		}
	} else if (control_peer_is_ours(fd, &ignored) && sendmsg(fd, &packet, MSG_NOSIGNAL) != -1)
		return fd;
	else
		errno = EPERM;
	close(fd);
	return -1;
}

/* Takes one message, with its stream, whose descriptors are -1 where it has none. Returns the connection, or -1. */
int
meeting_answer(int listening, struct meeting_message *message, struct attachment *stream)
{
	union rights rights = { { 0 } };
	struct iovec text = { message, sizeof(*message) };
	struct msghdr packet = { .msg_iov = &text, .msg_iovlen = 1, .msg_control = rights.room,
	    .msg_controllen = sizeof(rights.room) };
	struct cmsghdr *header;
	int fd = (int)syscall(SYS_accept4, listening, NULL, NULL, SOCK_CLOEXEC), received[2];
	ssize_t n;
	pid_t ignored;

	*stream = (struct attachment){ .in = -1, .out = -1, .control = -1 };
	if (fd == -1)
		return -1;
	control_limit_wait(fd, 1);
	n = control_peer_is_ours(fd, &ignored) ? recvmsg(fd, &packet, MSG_CMSG_CLOEXEC) : -1;
	header = n > 0 ? CMSG_FIRSTHDR(&packet) : NULL;
	if (header != NULL && header->cmsg_type == SCM_RIGHTS && header->cmsg_len == CMSG_LEN(sizeof(received))) {
		memcpy(received, CMSG_DATA(header), sizeof(received));
		stream->in = received[0];
		stream->out = received[1];
	}
	if (n == sizeof(*message)) {
		stream->control = fd;
		memcpy(stream->nonce, message->nonce, RESUME_NONCE);
		return fd;
	}
	close(stream->in);
	close(stream->out);
	close(fd);
	return -1;
}
