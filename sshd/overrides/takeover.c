/* What comes to a holder through its socket: a client that continues, or the word that none will. */
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "sshpod.h"
#include "resume.h"

/* Whether we still have what the client has not received. */
static bool
can_continue(const struct holder *h, uint64_t received, uint64_t consumed)
{
	/* nothing more is sent but END */
	if (h->leave_at != 0)
		return true;
	return h->to_client.start <= consumed && consumed <= received && received <= h->to_client.end;
}

/*
 * RESUME. It replaces the stream that there is, which is closed, and what it has not been read is thrown away: a client
 * that redials because it believes that stream dead is always right. A wrong MAC gets no answer.
 */
static void
resume(struct holder *h, const struct first_message *asked, struct attachment *stream)
{
	uint8_t answer[RESUMED_LENGTH];

	if (!resume_is_genuine(h, asked, stream->nonce)) {
		attachment_close(stream);
		return;
	}
	if (!can_continue(h, resume_received(asked), resume_consumed(asked))) {
		no_write(NO_SUCH_POSITION, asked, stream->nonce, answer);
		write_within(stream->out, answer, NO_LENGTH, 1000);
		attachment_close(stream);
		return;
	}
	holder_attach(h, stream);
	h->to_client.start = resume_consumed(asked);
	h->sent = resume_received(asked);
	if (h->leave_at != 0)
		h->to_client.start = h->to_client.end = h->sent;
	resumed_write(h, asked, stream->nonce, answer);
	/* the first bytes of a stream: they fit into what the kernel takes without waiting */
	if (!write_within(h->attachment.out, answer, RESUMED_LENGTH, 1000))
		holder_detach(h);
}

void
takeover_accept(struct holder *h)
{
	struct meeting_message message;
	struct first_message asked = { .have = RESUME_LENGTH };
	struct attachment stream;

	if (meeting_answer(h->meeting, &message, &stream) == -1)
		return;
	if (message.kind == MEETING_RESUME && stream.in != -1) {
		memcpy(asked.bytes, message.body, RESUME_LENGTH);
		resume(h, &asked, &stream);
		return;
	}
	if (message.kind == MEETING_ABANDON && abandon_is_genuine(h, message.nonce, message.body))
		holder_end(h, END_CLEAN);
	else if (message.kind == MEETING_DISPLACE && h->attachment.in == -1)
		holder_end(h, END_DISPLACED);
	attachment_close(&stream);
}
