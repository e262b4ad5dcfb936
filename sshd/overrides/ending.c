/* How a holder loses its attachment, gets another one, and comes to its end. */
#include <fcntl.h>
#include <unistd.h>

#include "sshpod.h"
#include "resume.h"

enum {
	BYE_DELAY = 500,		/* milliseconds, when somebody waits for us to leave */
	FETCHED = 30 * 1000,		/* nothing but END is to be fetched, or nobody is known to be able to */
	UNFETCHED = 10 * 60 * 1000,	/* the reason of an end that the client does not expect */
	MOST_FAULTS = 3,
};

void
attachment_close(struct attachment *attachment)
{
	close(attachment->in);
	close(attachment->out);
	close(attachment->control);
	attachment->in = attachment->out = attachment->control = -1;
}

/* The stream is broken, or given up. */
void
holder_detach(struct holder *h)
{
	if (h->attachment.in == -1)
		return;
	attachment_close(&h->attachment);
	/* with the stream goes the frame that was being written */
	h->head_length = h->head_written = h->body = 0;
	h->lost_at = boottime_milliseconds();
	/* where sshd has ended, what is still to be fetched takes as much memory */
	if (h->meeting == -1 || h->client_ended || (h->over && ring_length(&h->to_client) == 0))
		return;
	meeting_mark(h->id, true);
	paused_limit();
}

/* The client continues from the positions that it has said. */
void
holder_attach(struct holder *h, const struct attachment *attachment)
{
	attachment_close(&h->attachment);
	h->attachment = *attachment;
	fcntl(attachment->in, F_SETFL, fcntl(attachment->in, F_GETFL) | O_NONBLOCK);
	fcntl(attachment->out, F_SETFL, fcntl(attachment->out, F_GETFL) | O_NONBLOCK);
	h->reader = (struct frame_reader){ 0 };
	h->head_length = h->head_written = h->body = 0;
	h->ack_due = h->pong_due = h->end_sent = false;
	h->acknowledged = h->to_sshd.start;
	h->ack_at = 0;
	h->heard = monotonic_milliseconds();
	h->lost_at = 0;
	h->welcomed = true;
	meeting_mark(h->id, false);
}

static void
close_sshd(struct holder *h)
{
	close(h->sshd);
	h->sshd = -1;
	h->over = true;
}

/* Ends the session for a reason of ours. The first reason counts, unless the client loses what it would have fetched. */
void
holder_end(struct holder *h, enum end_reason reason)
{
	bool expected = reason == END_CLEAN;
	long long leave_at;

	if (reason == END_OVER) {
		/* sshd has closed its end; what it said last is still to be fetched */
		close_sshd(h);
		h->to_sshd.start = h->to_sshd.end;
		if (h->attachment.in == -1)
			h->lost_at = boottime_milliseconds();
		return;
	}
	/* nobody comes back to it, and whoever told us to leave may kill us soon */
	if (expected && h->meeting != -1)
		meeting_close(h->id);
	leave_at = monotonic_milliseconds() + (expected ? BYE_DELAY : UNFETCHED);
	if (h->leave_at == 0 && (!h->end_sent || ring_length(&h->to_client) > 0))
		h->reason = reason;
	if (h->leave_at == 0 || leave_at < h->leave_at)
		h->leave_at = leave_at;
	close_sshd(h);
	h->to_client.end = h->sent + h->body;
	if (h->attachment.in == -1) {
		h->leaving = expected;
		h->to_client.start = h->to_client.end;
		ring_release(&h->to_client);
	}
	h->to_sshd.start = h->to_sshd.end;
	ring_release(&h->to_sshd);
	meeting_mark(h->id, false);
}

/* The client has broken the protocol, or something on the way has. It may try again, but not for ever. */
void
holder_fault(struct holder *h)
{
	uint64_t progress = h->to_client.start + h->to_sshd.end;

	h->faults = progress == h->progress ? h->faults + 1 : 1;
	h->progress = progress;
	holder_detach(h);
	if (h->faults >= MOST_FAULTS)
		holder_end(h, END_PROTOCOL);
}

/* How long we wait for the client to come back. One that did not get our WELCOME never does: it has begun another one. */
long long
holder_patience(const struct holder *h)
{
	long long grace = h->grace * 1000LL;
	bool unneeded = ring_length(&h->to_client) == 0 || !h->welcomed;

	return h->over && unneeded && grace > FETCHED ? FETCHED : grace;
}

/* Whether nobody needs this connection any more. */
bool
holder_may_leave(const struct holder *h)
{
	if (h->leaving || (h->leave_at != 0 && monotonic_milliseconds() >= h->leave_at))
		return true;
	if (h->attachment.in != -1)
		return false;
	if (h->meeting == -1 || h->client_ended || h->grace == 0)
		return true;
	return h->leave_at == 0 && boottime_milliseconds() - h->lost_at >= holder_patience(h);
}
