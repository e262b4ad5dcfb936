/*
 * Stands between the client's stream and sshd, and outlives the stream: a client whose stream breaks comes back with
 * another one, and continues where it was. One process for each connection.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sshpod.h"
#include "resume.h"

enum {
	SILENT = 60 * 1000,		/* milliseconds without a byte of the client */
	EMPTY = 5 * 1000,		/* until empty rings give back their memory */
	LONGEST_WAIT = 60 * 1000,
	READ = 64 * 1024,		/* bytes that are read from sshd at once */
};

static volatile sig_atomic_t told_to_end, child_ended;

static void
note_signal(int signal)
{
	if (signal == SIGTERM)
		told_to_end = 1;
	else
		child_ended = 1;
}

static sigset_t while_waiting;

/* Signals come only while we wait. Called before others can find the holder, so that it leaves in order. */
void
holder_watch_signals(void)
{
	sigset_t watched;

	sigemptyset(&watched);
	sigaddset(&watched, SIGTERM);
	sigaddset(&watched, SIGCHLD);
	sigprocmask(SIG_BLOCK, &watched, NULL);
	signal(SIGTERM, note_signal);
	signal(SIGCHLD, note_signal);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	sigemptyset(&while_waiting);
}

/* How much sshd may say that the client has not acknowledged. */
static size_t
room_for_sshd(const struct holder *h)
{
	size_t most = h->window < h->client_window ? h->window : h->client_window;

	return ring_length(&h->to_client) < most ? most - ring_length(&h->to_client) : 0;
}

static void
read_sshd(struct holder *h)
{
	static uint8_t ignored[4096];
	struct iovec pieces[2] = { { ignored, sizeof(ignored) } };
	size_t room = room_for_sshd(h);
	ssize_t n;
	int count = 1;

	if (!h->client_ended) {
		ring_grow(&h->to_client, room < RING_LEAST ? room : RING_LEAST, h->window);
		count = ring_space(&h->to_client, room < READ ? room : READ, pieces);
	}
	if (count == 0 || (n = readv(h->sshd, pieces, count)) == 0 ||
	    (n == -1 && errno != EAGAIN && errno != EINTR)) {
		/* without memory for one byte there is nothing that we could hold */
		holder_end(h, END_OVER);
		return;
	}
	if (n > 0 && !h->client_ended)
		h->to_client.end += (uint64_t)n;
	h->emptied_at = 0;
}

static void
release_if_empty(struct holder *h, long long now)
{
	bool idle = ring_length(&h->to_client) == 0 && ring_length(&h->to_sshd) == 0;

	if (!idle || (h->to_client.room == 0 && h->to_sshd.room == 0))
		h->emptied_at = 0;
	else if (h->emptied_at == 0)
		h->emptied_at = now;
	else if (now - h->emptied_at >= EMPTY) {
		ring_release(&h->to_client);
		ring_release(&h->to_sshd);
		h->emptied_at = 0;
	}
}

static void
sooner(long long *left, long long at, long long now)
{
	if (at - now < *left)
		*left = at > now ? at - now : 0;
}

static struct timespec
time_to_wait(const struct holder *h, long long now)
{
	long long left = LONGEST_WAIT;

	if (h->ack_at != 0 && h->attachment.in != -1)
		sooner(&left, h->ack_at, now);
	if (h->attachment.in != -1)
		sooner(&left, h->heard + SILENT, now);
	if (h->leave_at != 0)
		sooner(&left, h->leave_at, now);
	if (h->client_ended && !h->over)
		sooner(&left, h->shut_at, now);
	if (h->emptied_at != 0)
		sooner(&left, h->emptied_at + EMPTY, now);
	/* the clock of the grace goes on in a suspended machine, that of poll() does not: it is looked at each minute */
	if (h->lost_at != 0 && h->leave_at == 0)
		sooner(&left, h->lost_at + holder_patience(h), boottime_milliseconds());
	return (struct timespec){ left / 1000, left % 1000 * 1000000 };
}

static void
pass_time(struct holder *h, long long now)
{
	if (told_to_end)
		holder_end(h, END_CLEAN);
	told_to_end = 0;
	if (child_ended)
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	child_ended = 0;
	if (h->ack_at != 0 && now >= h->ack_at) {
		h->ack_due = h->to_sshd.start > h->acknowledged;
		h->ack_at = 0;
	}
	if (h->attachment.in != -1 && now - h->heard >= SILENT)
		holder_detach(h);
	if (h->client_ended && !h->over && now >= h->shut_at) {
		if (h->sshd_is_deaf)
			holder_end(h, END_OVER);
		else
			receiving_hand_on(h);
	}
	release_if_empty(h, now);
}

static void
serve(struct holder *h)
{
	struct timespec wait = time_to_wait(h, monotonic_milliseconds());
	struct pollfd fds[4] = {
		{ .fd = h->meeting, .events = POLLIN }, { .fd = h->sshd }, { .fd = h->attachment.in, .events = POLLIN },
		{ .fd = h->attachment.out, .events = sending_is_due(h) ? POLLOUT : 0 },
	};
	enum received received;

	if (!h->over && (h->client_ended || room_for_sshd(h) > 0))
		fds[1].events |= POLLIN;
	if (ring_length(&h->to_sshd) > 0 && !h->sshd_is_deaf)
		fds[1].events |= POLLOUT;
	/* one that has hung up is reported without being asked for */
	if (fds[1].events == 0)
		fds[1].fd = -1;
	if (syscall(SYS_ppoll, fds, 4, &wait, &while_waiting, _NSIG / 8) <= 0)
		return;
	if (fds[2].revents != 0 && (received = receiving_read(h)) != RECEIVED)
		(received == RECEIVED_INVALID ? holder_fault : holder_detach)(h);
	if (fds[1].revents != 0 && h->sshd != -1 && (fds[1].events & POLLIN) != 0 && (fds[1].revents & ~POLLOUT) != 0)
		read_sshd(h);
	if ((fds[1].revents & ~POLLIN) != 0 && ring_length(&h->to_sshd) > 0)
		receiving_hand_on(h);
	if ((fds[3].revents & POLLERR) != 0 && fds[3].fd == h->attachment.out)
		holder_detach(h);
	if (fds[0].revents != 0)
		takeover_accept(h);
}

/* Returns when the connection is over, and the client knows it or will not come back. */
void
holder_run(struct holder *h)
{
	while (!holder_may_leave(h)) {
		serve(h);
		pass_time(h, monotonic_milliseconds());
		if (h->attachment.in != -1 && !sending_flush(h))
			holder_detach(h);
	}
	if (h->meeting != -1)
		meeting_close(h->id);
	close(h->meeting);
	close(h->sshd);
	attachment_close(&h->attachment);
}
