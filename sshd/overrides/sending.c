/*
 * What a holder writes to its attachment: frames, each composed when the one before is out, so that an acknowledgement
 * never waits behind data for longer than one frame.
 */
#include <errno.h>
#include <stdbool.h>
#include <sys/uio.h>

#include "resume.h"

static bool
is_writing(const struct holder *h)
{
	return h->head_written < h->head_length || h->body > 0;
}

static bool
has_data(const struct holder *h)
{
	return h->sent < h->to_client.end;
}

/* Whether there is anything to write now. */
bool
sending_is_due(const struct holder *h)
{
	return is_writing(h) || h->ack_due || h->pong_due || has_data(h) || (h->over && !h->end_sent);
}

/* The next frames: an ACK rides in front of data that goes anyway. */
static void
compose(struct holder *h)
{
	size_t length = (size_t)(h->to_client.end - h->sent);
	uint8_t *to = h->head;

	if (h->to_sshd.start > h->acknowledged && (h->ack_due || length > 0)) {
		h->acknowledged = h->to_sshd.start;
		to += frame_number(to, FRAME_ACK, h->acknowledged);
		h->ack_at = 0;
	}
	h->ack_due = false;
	if (h->pong_due) {
		to += frame_number(to, FRAME_PONG, h->pong);
		h->pong_due = false;
	}
	if (length > 0) {
		h->body = length < FRAME_MOST_DATA ? length : FRAME_MOST_DATA;
		to += frame_header(to, FRAME_DATA, h->body);
	} else if (h->over && !h->end_sent) {
		to += frame_end(to, h->to_client.end, h->reason);
		h->end_sent = true;
	}
	h->head_written = 0;
	h->head_length = (size_t)(to - h->head);
}

/* Writes what goes without waiting. False when the attachment is broken. */
bool
sending_flush(struct holder *h)
{
	struct iovec pieces[3];
	size_t head;
	ssize_t n;
	int count;

	while (sending_is_due(h)) {
		if (!is_writing(h))
			compose(h);
		head = h->head_length - h->head_written;
		if (head == 0 && h->body == 0)
			continue;
		pieces[0] = (struct iovec){ h->head + h->head_written, head };
		count = (head > 0) + ring_data(&h->to_client, h->sent, h->body, pieces + (head > 0));
		if ((n = writev(h->attachment.out, pieces, count)) == -1)
			return errno == EAGAIN || errno == EINTR;
		if ((size_t)n < head) {
			h->head_written += (size_t)n;
			continue;
		}
		h->head_written = h->head_length = 0;
		h->body -= (size_t)n - head;
		h->sent += (size_t)n - head;
	}
	return true;
}
