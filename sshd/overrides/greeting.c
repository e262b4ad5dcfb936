/*
 * The beginning of an attachment, in a process of its own: our greeting, sshd's banner, and then what the client says
 * first makes this process a holder, or an attacher that passes the stream to one, or a copier for a plain ssh client.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sshpod.h"
#include "resume.h"

enum {
	FIRST_BYTE = 30 * 1000,		/* milliseconds; as sshd's LoginGraceTime */
	WHOLE = 5 * 1000,		/* from the first byte to the last of a message */
	WRITE = 5 * 1000,
	LONGEST_LINE_OF_SSH = 512,
};

void setproctitle(const char *, ...) __attribute__((format(printf, 1, 2)));

static void
do_not_wait(int fd)
{
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

/*
 * Passes on the line that sshd begins with, and nothing after it. Returns 1 when that is done, -1 when there is none, or
 * it only says that sshd serves nobody now.
 */
static int
pass_banner(const struct attachment *stream, int sshd)
{
	static const char version[] = "SSH-";
	char bytes[LONGEST_LINE_OF_SSH], *end;
	ssize_t n = recv(sshd, bytes, sizeof(bytes), MSG_PEEK);

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0)
		return -1;
	end = memchr(bytes, '\n', (size_t)n);
	if (end != NULL)
		n = end + 1 - bytes;
	if (recv(sshd, bytes, (size_t)n, 0) != n || !write_within(stream->out, bytes, (size_t)n, WRITE))
		return -1;
	return end != NULL && (size_t)n > sizeof(version) && memcmp(bytes, version, sizeof(version) - 1) == 0 ? 1 : -1;
}

/* Reads what is missing of the client's message. False when it can be none, or the stream has ended. */
static bool
read_first(const struct attachment *stream, struct first_message *first)
{
	ssize_t n = read(stream->in, first->bytes + first->have, first->have == 0 ? 1 : first_message_wants(first) - first->have);

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (n <= 0)
		return false;
	first->have += (size_t)n;
	return first->bytes[0] != 0 || first_message_wants(first) != 0;
}

/* Whether the client's first words are there: a message of ours, or one byte that is none. */
static bool
is_whole(const struct first_message *first)
{
	return first->have > 0 && (first->bytes[0] != 0 || (first->have > 3 && first->have == first_message_wants(first)));
}

/*
 * False when the client says nothing, or something that is neither ssh nor ours, or sshd has hung up on it: each of those
 * that wait is a process.
 */
static bool
await_first(const struct attachment *stream, int sshd, struct first_message *first)
{
	long long until = monotonic_milliseconds() + FIRST_BYTE;
	bool begun = false, is_ssh = false, ended = false;
	int banner = 0;

	/* one that says nothing, and closes its side, still gets the banner */
	while ((!ended && !is_whole(first)) || (banner == 0 && !is_ssh)) {
		struct pollfd fds[2] = {
			{ .fd = ended || is_whole(first) ? -1 : stream->in, .events = POLLIN },
			{ .fd = sshd, .events = banner == 0 ? POLLIN : 0 },
		};
		long long left = until - monotonic_milliseconds();

		if (left <= 0 || poll(fds, 2, (int)left) == 0)
			return false;
		if (banner == 0 && fds[1].revents != 0 && (banner = pass_banner(stream, sshd)) == -1)
			return false;
		if (fds[0].revents != 0)
			ended = !read_first(stream, first);
		else if ((fds[1].revents & (POLLHUP | POLLERR)) != 0)
			return false;
		if (!begun && first->have > 0)
			until = monotonic_milliseconds() + WHOLE;
		begun = first->have > 0;
		is_ssh = begun && first->bytes[0] != 0;
	}
	return !ended;
}

static void
hold(const struct attachment *stream, int sshd, const struct first_message *first)
{
	static struct holder h;
	uint8_t welcome[WELCOME_LENGTH];

	h.attachment = *stream;
	h.sshd = sshd;
	h.window = resume_window();
	h.meeting = -1;
	if (getrandom(h.id, sizeof(h.id), 0) != sizeof(h.id) || !new_accept(&h, first))
		return;
	holder_watch_signals();
	/* without a lock, "down all" would not find it once its listener is gone */
	if (!session_lock_hold() || h.grace == 0 || (h.meeting = meeting_open(h.id)) == -1)
		h.grace = 0;
	h.heard = monotonic_milliseconds();
	setproctitle("holder");
	welcome_write(&h, welcome);
	if (write_within(stream->out, welcome, sizeof(welcome), WRITE))
		holder_run(&h);
	else if (h.meeting != -1)
		meeting_close(h.id);
}

/* Passes the stream to the holder that the client asks for. */
static void
attach(struct attachment *stream, const struct first_message *first, bool stream_needs_process)
{
	struct meeting_message message = { .kind = MEETING_RESUME };
	uint8_t no[NO_LENGTH];
	char ignored;
	int fd;

	memcpy(message.nonce, stream->nonce, RESUME_NONCE);
	memcpy(message.body, first->bytes, RESUME_LENGTH);
	if ((fd = meeting_call(resume_id(first), &message, stream)) == -1 && errno == ENOENT) {
		no_write(NO_SUCH_CONNECTION, first, stream->nonce, no);
		write_within(stream->out, no, sizeof(no), WRITE);
	}
	attachment_close(stream);
	orphans_reap();
	/* an exec stream ends with its process: this waits for as long as the stream is used */
	if (stream_needs_process && fd != -1)
		control_limit_wait(fd, 0);
	while (stream_needs_process && fd != -1 && read(fd, &ignored, 1) == -1 && errno == EINTR)
		;
}

/* `sshd` is our end of a pair on which a new sshd-session speaks. An exec stream needs this process as long as it is used. */
void
greeting_serve(struct attachment *stream, int sshd, bool stream_needs_process)
{
	struct first_message first = { .have = 0 };
	char text[LONGEST_GREETING];

	do_not_wait(stream->in);
	do_not_wait(stream->out);
	do_not_wait(sshd);
	if (fchdir(place.state) == -1 || getrandom(stream->nonce, RESUME_NONCE, 0) != RESUME_NONCE ||
	    !write_within(stream->out, text, greeting_text(stream->nonce, text), WRITE) ||
	    !await_first(stream, sshd, &first))
		return;
	if (first.bytes[0] != 0)
		plain_copy(stream, sshd, first.bytes[0], stream_needs_process);
	else if (!first_message_is_resume(&first))
		hold(stream, sshd, &first);
	else {
		/* this new sshd-session is not needed */
		close(sshd);
		attach(stream, &first, stream_needs_process);
	}
}
