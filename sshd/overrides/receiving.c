/*
 * What a holder reads from its attachment, and hands on to sshd. What is acknowledged has been handed on: so a client
 * never has more under way than the window, we always read, and no PING stands behind data that sshd does not take.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sshpod.h"
#include "resume.h"

enum {
	ACK_DELAY = 500,		/* milliseconds */
	END_DELAY = 3000,		/* in which sshd takes what the client has said last, and then as long to end */
	MOST_PIECES = 16,
};

/* The payloads of one read. sshd gets them at once: to wake it for each would cost more than to carry them. */
struct payloads {
	struct iovec pieces[MOST_PIECES];
	int count;
	size_t length;
};

static void
note_handed_on(struct holder *h)
{
	if (h->to_sshd.start - h->acknowledged >= h->window / 4)
		h->ack_due = true;
	else if (h->ack_at == 0)
		h->ack_at = monotonic_milliseconds() + ACK_DELAY;
}

/* Returns how much sshd has taken; all of it, when it takes nothing any more. */
static size_t
give_to_sshd(struct holder *h, const struct iovec *pieces, int count, size_t length)
{
	ssize_t n;

	if (h->sshd_is_deaf || h->sshd == -1)
		return length;
	if ((n = writev(h->sshd, pieces, count)) >= 0)
		return (size_t)n;
	if (errno == EAGAIN || errno == EINTR)
		return 0;
	h->sshd_is_deaf = true;
	return length;
}

/* Hands on what waits for sshd, and tells it when that was the client's last. */
void
receiving_hand_on(struct holder *h)
{
	struct iovec pieces[2];
	size_t length = ring_length(&h->to_sshd);

	if (length > 0) {
		h->to_sshd.start += give_to_sshd(h, pieces, ring_data(&h->to_sshd, h->to_sshd.start, length, pieces), length);
		note_handed_on(h);
	}
	if (h->client_ended && !h->sshd_is_deaf && h->sshd != -1 &&
	    (ring_length(&h->to_sshd) == 0 || monotonic_milliseconds() >= h->shut_at)) {
		shutdown(h->sshd, SHUT_WR);
		h->sshd_is_deaf = true;
		h->shut_at = monotonic_milliseconds() + END_DELAY;
	}
}

/* Gives sshd what it takes, and keeps the rest. False where there is no memory for all of it: nothing behind that is taken. */
static bool
give(struct holder *h, struct payloads *data)
{
	struct iovec *piece = data->pieces, *end = piece + data->count;
	size_t taken = 0, skipped;

	if (data->length > 0 && ring_length(&h->to_sshd) == 0) {
		taken = give_to_sshd(h, piece, data->count, data->length);
		h->to_sshd.start += taken;
		h->to_sshd.end += taken;
		note_handed_on(h);
	}
	if (taken < data->length)
		ring_grow(&h->to_sshd, data->length - taken, h->window);
	data->count = 0;
	data->length = 0;
	for (; piece < end; piece++) {
		skipped = taken < piece->iov_len ? taken : piece->iov_len;
		taken -= skipped;
		if (skipped < piece->iov_len &&
		    !ring_append(&h->to_sshd, (uint8_t *)piece->iov_base + skipped, piece->iov_len - skipped))
			return false;
	}
	return true;
}

static bool
take_data(struct holder *h, struct payloads *data, const struct frame *frame)
{
	if (h->client_ended || ring_length(&h->to_sshd) + data->length + frame->length > h->window)
		return false;
	if (data->count == MOST_PIECES && !give(h, data))
		return false;
	data->pieces[data->count++] = (struct iovec){ (void *)frame->payload, frame->length };
	data->length += frame->length;
	return true;
}

/* The proxy of that other connection is dead, as its client says: it must know that one's key. */
static void
pass_abandon(const struct holder *h, const uint8_t *payload)
{
	struct meeting_message message = { .kind = MEETING_ABANDON };

	memcpy(message.nonce, h->attachment.nonce, RESUME_NONCE);
	memcpy(message.body, payload, RESUME_ID + RESUME_MAC);
	close(meeting_call(payload, &message, NULL));
}

static bool
take_end(struct holder *h, uint64_t position)
{
	if (position != h->to_sshd.end)
		return false;
	h->client_ended = true;
	h->shut_at = monotonic_milliseconds() + END_DELAY;
	/* nobody reads what sshd still has to say */
	h->to_client.end = h->sent + h->body;
	receiving_hand_on(h);
	return true;
}

static bool
take(struct holder *h, const struct frame *frame)
{
	uint64_t number = frame->length >= 8 ? frame_get64(frame->payload) : 0;

	switch (frame->type) {
	case FRAME_DATA:
		break;
	case FRAME_ACK:
		if (number < h->to_client.start || number > h->sent)
			return false;
		h->to_client.start = number;
		h->welcomed = h->welcomed || number > 0;
		return true;
	case FRAME_PING:
		h->pong = number;
		h->pong_due = true;
		return true;
	case FRAME_PONG:
		return true;
	case FRAME_END:
		return take_end(h, number);
	case FRAME_BYE:
		h->leaving = h->end_sent;
		return h->end_sent;
	case FRAME_ABANDON:
		pass_abandon(h, frame->payload);
		return true;
	}
	return false;
}

/* Reads once, what there is. */
enum received
receiving_read(struct holder *h)
{
	static uint8_t bytes[128 * 1024];
	const uint8_t *input = bytes;
	ssize_t n = read(h->attachment.in, bytes, sizeof(bytes));
	size_t left = n > 0 ? (size_t)n : 0;
	struct payloads data = { .count = 0 };
	struct frame frame;
	enum frame_result result;
	bool valid = true;

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return RECEIVED;
	if (n <= 0)
		return RECEIVED_NOTHING;
	h->heard = monotonic_milliseconds();
	while (valid && (result = frame_next(&h->reader, &input, &left, &frame)) == FRAME_COMPLETE && !h->leaving)
		valid = frame.type == FRAME_DATA ? take_data(h, &data, &frame) : give(h, &data) && take(h, &frame);
	return give(h, &data) && valid && result != FRAME_INVALID ? RECEIVED : RECEIVED_INVALID;
}
