/*
 * The messages that begin an attachment: our greeting, the client's NEW or RESUME, and the answer WELCOME, RESUMED or NO.
 * README.md lists them. Nothing here reads or writes a stream.
 */
#include <string.h>

#include "sshpod.h"
#include "resume.h"

enum {
	/* offsets in NEW */
	NEW_FINGERPRINT = 3,
	NEW_NONCE = 35,
	NEW_GRACE = 51,
	NEW_WINDOW = 55,
	NEW_MAC = 59,
	/* offsets in RESUME */
	RESUME_ID_AT = 3,
	RESUME_FINGERPRINT = 19,
	RESUME_NONCE_AT = 51,
	RESUME_RECEIVED = 67,
	RESUME_CONSUMED = 75,
	RESUME_MAC_AT = 83,
	MOST_GRACE = 7 * 24 * 60 * 60,	/* seconds */
	MOST_WINDOW = 1 << 30,
};

/* No time may tell how much of a MAC was right. */
static bool
is_mac(const uint8_t *a, const uint8_t *b)
{
	volatile uint8_t difference = 0;

	for (int i = 0; i < RESUME_MAC; i++)
		difference |= a[i] ^ b[i];
	return difference == 0;
}

/* A line before ssh's own, as RFC 4253 4.2 allows: a plain client skips it. */
size_t
greeting_text(const uint8_t nonce[RESUME_NONCE], char text[LONGEST_GREETING])
{
	char *end = stpcpy(text, "sshpod-resume 1 ");

	resume_encode(nonce, RESUME_NONCE, end, (size_t)(text + LONGEST_GREETING - end));
	/* without padding */
	end = strchr(end, '=');
	strcpy(end, "\r\n");
	return (size_t)(end + 2 - text);
}

/* How many bytes the message has that begins like this, as far as that is known; 0 when it is none. */
size_t
first_message_wants(const struct first_message *message)
{
	const uint8_t *bytes = message->bytes;

	if (message->have < 3)
		return 3;
	if (bytes[0] != 0 || bytes[2] != 1)
		return 0;
	return bytes[1] == 'N' ? NEW_LENGTH : bytes[1] == 'R' ? RESUME_LENGTH : 0;
}

bool
first_message_is_resume(const struct first_message *message)
{
	return message->bytes[1] == 'R';
}

const uint8_t *
resume_id(const struct first_message *message)
{
	return message->bytes + RESUME_ID_AT;
}

uint64_t
resume_received(const struct first_message *message)
{
	return frame_get64(message->bytes + RESUME_RECEIVED);
}

uint64_t
resume_consumed(const struct first_message *message)
{
	return frame_get64(message->bytes + RESUME_CONSUMED);
}

/* Takes keys and numbers from NEW, and returns true, if its MAC is right. The holder has its id and our nonce. */
bool
new_accept(struct holder *holder, const struct first_message *message)
{
	const uint8_t *bytes = message->bytes;
	uint32_t window = frame_get32(bytes + NEW_WINDOW);
	uint8_t mac[RESUME_KEY];
	struct iovec parts[] = {
		{ holder->attachment.nonce, RESUME_NONCE }, { (void *)bytes, NEW_MAC },
	}, key_parts[] = {
		{ holder->attachment.nonce, RESUME_NONCE }, { (void *)(bytes + NEW_NONCE), RESUME_NONCE },
		{ holder->id, RESUME_ID },
	};

	client_key(bytes + NEW_FINGERPRINT, holder->client_key);
	resume_mac(holder->client_key, "new", parts, 2, mac);
	if (!is_mac(mac, bytes + NEW_MAC))
		return false;
	resume_mac(holder->client_key, "key", key_parts, 3, holder->key);
	holder->grace = frame_get32(bytes + NEW_GRACE);
	if (holder->grace > MOST_GRACE)
		holder->grace = MOST_GRACE;
	holder->client_window = window < MOST_WINDOW ? window : MOST_WINDOW;
	return true;
}

bool
resume_is_genuine(const struct holder *holder, const struct first_message *message, const uint8_t nonce[RESUME_NONCE])
{
	uint8_t mac[RESUME_KEY];
	struct iovec parts[] = { { (void *)nonce, RESUME_NONCE }, { (void *)message->bytes, RESUME_MAC_AT } };

	resume_mac(holder->key, "resume", parts, 2, mac);
	return memcmp(resume_id(message), holder->id, RESUME_ID) == 0 && is_mac(mac, message->bytes + RESUME_MAC_AT);
}

/* `payload` is that of ABANDON, and the nonce that of the connection on which it came. */
bool
abandon_is_genuine(const struct holder *holder, const uint8_t nonce[RESUME_NONCE], const uint8_t *payload)
{
	uint8_t mac[RESUME_KEY];
	struct iovec parts[] = { { (void *)nonce, RESUME_NONCE }, { (void *)payload, RESUME_ID } };

	resume_mac(holder->key, "abandon", parts, 2, mac);
	return memcmp(payload, holder->id, RESUME_ID) == 0 && is_mac(mac, payload + RESUME_ID);
}

void
welcome_write(const struct holder *holder, uint8_t message[WELCOME_LENGTH])
{
	enum { AT_MAC = WELCOME_LENGTH - RESUME_MAC };
	uint8_t mac[RESUME_KEY];
	struct iovec part = { message, AT_MAC };

	message[0] = 'W';
	memcpy(message + 1, holder->id, RESUME_ID);
	frame_put32(message + 17, holder->grace);
	frame_put32(message + 21, (uint32_t)holder->window);
	resume_mac(holder->key, "welcome", &part, 1, mac);
	memcpy(message + AT_MAC, mac, RESUME_MAC);
}

void
resumed_write(const struct holder *holder, const struct first_message *asked, const uint8_t nonce[RESUME_NONCE],
    uint8_t message[RESUMED_LENGTH])
{
	enum { AT_MAC = RESUMED_LENGTH - RESUME_MAC };
	uint8_t mac[RESUME_KEY];
	struct iovec parts[] = {
		{ (void *)nonce, RESUME_NONCE }, { (void *)(asked->bytes + RESUME_NONCE_AT), RESUME_NONCE },
		{ message, AT_MAC },
	};

	message[0] = 'S';
	frame_put64(message + 1, holder->to_sshd.end);
	frame_put64(message + 9, holder->to_sshd.start);
	resume_mac(holder->key, "resumed", parts, 3, mac);
	memcpy(message + AT_MAC, mac, RESUME_MAC);
}

/* The MAC covers the id: who changes that on the way gets no NO that the client would believe. */
void
no_write(enum no_code code, const struct first_message *asked, const uint8_t nonce[RESUME_NONCE], uint8_t message[NO_LENGTH])
{
	uint8_t key[RESUME_KEY], mac[RESUME_KEY];
	struct iovec parts[] = {
		{ (void *)nonce, RESUME_NONCE }, { (void *)(asked->bytes + RESUME_NONCE_AT), RESUME_NONCE },
		{ (void *)resume_id(asked), RESUME_ID }, { message + 1, 1 },
	};

	message[0] = 'N';
	message[1] = (uint8_t)code;
	client_key(asked->bytes + RESUME_FINGERPRINT, key);
	resume_mac(key, "no", parts, 4, mac);
	memcpy(message + 2, mac, RESUME_MAC);
	explicit_bzero(key, sizeof(key));
}
