/*
 * A hostile client: what it says first, and then what a holder, which sshd talks to as well, gets of it in any order of frames,
 * cuts and new attachments. Files and time are pretend.c's, where each MAC of zeros is right.
 */
#include <assert.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sshpod.h"
#include "pretend.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

enum { MOST = 4096 };

struct input {
	const uint8_t *bytes;
	size_t left;
};

/* The next bytes; zeros when there are no more. */
static void
take(struct input *input, void *to, size_t length)
{
	size_t n = length < input->left ? length : input->left;

	memset(to, 0, length);
	memcpy(to, input->bytes, n);
	input->bytes += n;
	input->left -= n;
}

static uint8_t
take_byte(struct input *input)
{
	uint8_t byte;

	take(input, &byte, 1);
	return byte;
}

static int client = -1;

static struct attachment
attach(void)
{
	struct attachment stream = { .control = -1 };
	int ends[2];

	close(client);
	assert(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
	client = ends[0];
	stream.in = ends[1];
	stream.out = dup(ends[1]);
	return stream;
}

static void
drain(int fd)
{
	static uint8_t bytes[64 * 1024];

	while (read(fd, bytes, sizeof(bytes)) > 0)
		;
}

static void
check(const struct holder *h)
{
	assert(h->to_client.start <= h->sent && h->sent + h->body <= h->to_client.end);
	assert(ring_length(&h->to_client) <= h->to_client.room || h->leave_at != 0 || h->client_ended);
	assert(ring_length(&h->to_sshd) <= h->to_sshd.room && h->to_sshd.room <= h->window && h->to_client.room <= h->window);
	assert(h->acknowledged <= h->to_sshd.start);
}

/* Frames: as they are, or with a position that may be right. */
static void
client_says(struct holder *h, struct input *input)
{
	uint8_t bytes[MOST];
	size_t length = take_byte(input) * 16, at = 0;

	switch (take_byte(input) % 4) {
	case 0:
		break;
	case 1:
		at = frame_number(bytes, FRAME_ACK, h->to_client.start + take_byte(input));
		break;
	case 2:
		at = frame_end(bytes, h->to_sshd.end + take_byte(input) / 128, END_OVER);
		break;
	case 3:
		at = frame_header(bytes, FRAME_DATA, length + take_byte(input) % 2);
		break;
	}
	if (at + length > MOST)
		length = MOST - at;
	take(input, bytes + at, length);
	if (write(client, bytes, at + length) < 0 || h->attachment.in == -1)
		return;
	switch (receiving_read(h)) {
	case RECEIVED:
		break;
	case RECEIVED_NOTHING:
		holder_detach(h);
		break;
	case RECEIVED_INVALID:
		holder_fault(h);
		break;
	}
}

static void
sshd_says(struct holder *h, struct input *input)
{
	static const uint8_t bytes[MOST];
	size_t length = (size_t)take_byte(input) * 16;

	if (h->over || h->client_ended || ring_length(&h->to_client) + length > h->window)
		return;
	ring_grow(&h->to_client, length, h->window);
	assert(ring_append(&h->to_client, bytes, length));
}

static void
client_comes_back(struct holder *h, struct input *input)
{
	struct meeting_message message = { .kind = 1 + take_byte(input) % 4 };
	uint8_t *asked = message.body;

	memcpy(asked, "\0R\1", 3);
	memcpy(asked + 3, h->id, RESUME_ID);
	frame_put64(asked + 67, h->to_client.end - take_byte(input) * 8ULL);
	frame_put64(asked + 75, h->to_client.start + take_byte(input) * 8ULL);
	if (message.kind == MEETING_ABANDON)
		memcpy(message.body, h->id, RESUME_ID);
	pretend.message = &message;
	pretend.stream = attach();
	takeover_accept(h);
}

static void
greet(struct input *input)
{
	struct first_message first = { .have = 0 };
	uint8_t bytes[RESUME_LENGTH], answer[RESUMED_LENGTH];
	size_t wanted;
	struct holder h = { .window = 64 * 1024 };

	take(input, bytes, sizeof(bytes));
	while ((wanted = first_message_wants(&first)) > first.have) {
		assert(wanted <= RESUME_LENGTH);
		memcpy(first.bytes + first.have, bytes + first.have, wanted - first.have);
		first.have = wanted;
	}
	if (wanted == 0)
		return;
	if (first_message_is_resume(&first))
		no_write(NO_SUCH_CONNECTION, &first, h.attachment.nonce, answer);
	else if (new_accept(&h, &first))
		assert(h.grace <= 7 * 24 * 60 * 60 && h.client_window <= 1 << 30);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct input input = { bytes, length };
	struct holder h = { .grace = 60, .window = 64 * 1024, .client_window = 64 * 1024, .meeting = -1 };
	int pair[2];

	signal(SIGPIPE, SIG_IGN);
	if (take_byte(&input) % 8 == 0)
		greet(&input);
	pretend.message = NULL;
	h.meeting = dup(STDERR_FILENO);
	assert(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0);
	h.sshd = pair[0];
	h.attachment = attach();
	for (int turns = 0; input.left > 0 && turns < 500 && !h.leaving; turns++) {
		switch (take_byte(&input) % 8) {
		case 0:
		case 1:
			client_says(&h, &input);
			break;
		case 2:
			sshd_says(&h, &input);
			break;
		case 3:
			client_comes_back(&h, &input);
			break;
		case 4:
			drain(client);
			drain(pair[1]);
			break;
		case 5:
			receiving_hand_on(&h);
			break;
		case 6:
			pretend.now += take_byte(&input) * 100;
			holder_may_leave(&h);
			break;
		case 7:
			if (take_byte(&input) < 16 && !h.over)
				holder_end(&h, END_OVER);
			else
				holder_detach(&h);
			break;
		}
		if (h.attachment.in != -1 && !sending_flush(&h))
			holder_detach(&h);
		check(&h);
	}
	ring_release(&h.to_client);
	ring_release(&h.to_sshd);
	close(h.meeting);
	close(h.sshd);
	close(pair[1]);
	attachment_close(&h.attachment);
	return 0;
}
