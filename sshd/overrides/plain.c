/*
 * A client that speaks ssh at once, such as a plain OpenSSH client on the port: its bytes pass both ways without frames,
 * and its connection ends when its stream does.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sshpod.h"
#include "resume.h"

enum {
	LINGER = 3000,			/* milliseconds in which the client takes nothing */
	TAIL = 60 * 1000,		/* in which it takes one piece of what sshd has left when it has hung up */
};

/* What goes one way. */
struct way {
	int from, to;
	uint8_t bytes[32 * 1024];
	size_t have, written;
	bool ended;
};

/* Writes all of it to a descriptor that does not wait. False when that fails, or takes longer. */
bool
write_within(int fd, const void *bytes, size_t length, int milliseconds)
{
	struct pollfd writable = { .fd = fd, .events = POLLOUT };

	while (length > 0) {
		ssize_t n = write(fd, bytes, length);

		if (n > 0) {
			bytes = (const char *)bytes + n;
			length -= (size_t)n;
		} else if ((errno != EAGAIN && errno != EINTR) || poll(&writable, 1, milliseconds) != 1)
			return false;
	}
	return true;
}

/* Moves what can be moved. False when the receiver is gone. */
static bool
move(struct way *way)
{
	ssize_t n;

	if (way->have == 0 && !way->ended) {
		n = read(way->from, way->bytes, sizeof(way->bytes));
		if (n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR))
			way->ended = true;
		way->have = n > 0 ? (size_t)n : 0;
		way->written = 0;
	}
	if (way->have > 0) {
		n = write(way->to, way->bytes + way->written, way->have);
		if (n == -1)
			return errno == EAGAIN || errno == EINTR;
		way->written += (size_t)n;
		way->have -= (size_t)n;
	}
	return true;
}

/* An exec stream loses its tail when its process exits (kubernetes#60140): waits until the client has closed its side,
 * or takes nothing any more. */
static void
linger(const struct attachment *stream)
{
	struct pollfd input = { .fd = stream->in, .events = POLLIN };
	long long since = monotonic_milliseconds();
	char ignored[4096];
	int last = -1, left;

	while (monotonic_milliseconds() - since < LINGER) {
		if (poll(&input, 1, 20) == 1) {
			ssize_t n = read(stream->in, ignored, sizeof(ignored));

			if (n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR))
				return;
		}
		if (ioctl(stream->out, FIONREAD, &left) == 0 && left != last) {
			last = left;
			since = monotonic_milliseconds();
		}
	}
}

/*
 * `first` is what the client has said already. A session may be idle for as long as it likes, but once sshd has hung up,
 * a client that takes nothing must not keep this process: anybody on the loopback can be such a client.
 */
void
plain_copy(const struct attachment *stream, int sshd, uint8_t first, bool stream_needs_process)
{
	static struct way up, down;
	bool shut = false;
	long long until = 0;			/* 0: sshd has not hung up */

	up.from = stream->in;
	up.to = down.from = sshd;
	down.to = stream->out;
	up.bytes[0] = first;
	up.have = 1;
	signal(SIGPIPE, SIG_IGN);
	for (;;) {
		struct pollfd fds[5] = {
			{ .fd = up.ended || up.have > 0 ? -1 : up.from, .events = POLLIN },
			{ .fd = up.have > 0 ? up.to : -1, .events = POLLOUT },
			{ .fd = down.have > 0 ? -1 : down.from, .events = POLLIN },
			{ .fd = down.have > 0 ? down.to : -1, .events = POLLOUT },
			/* that it has hung up is reported without being asked for, and for ever */
			{ .fd = until == 0 ? sshd : -1 },
		};
		long long left = until - monotonic_milliseconds();
		int ready = until != 0 && left <= 0 ? 0 : poll(fds, 5, until == 0 ? -1 : (int)left);

		if (ready == 0 || (ready == -1 && errno != EINTR))
			return;
		/* where sshd takes nothing any more, what it said last still goes out */
		if ((fds[0].revents | fds[1].revents) != 0 && !move(&up)) {
			up.ended = true;
			up.have = 0;
		}
		if ((fds[2].revents | fds[3].revents) != 0 && !move(&down))
			return;
		if (fds[4].revents != 0 || (until != 0 && down.have == 0))
			until = monotonic_milliseconds() + TAIL;
		if (up.ended && up.have == 0 && !shut)
			shut = shutdown(sshd, SHUT_WR) == 0;
		if (down.ended && down.have == 0) {
			close(sshd);
			if (stream_needs_process)
				linger(stream);
			return;
		}
	}
}
