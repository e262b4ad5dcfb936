/*
 * The keys of resumable connections: the server's, STATE/resume_key, makes one for each client key, which "up" and
 * "session" print, and that one makes one for each connection. What is derived has 32 bytes, a MAC the first 16 of them.
 */
#include "includes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "digest.h"
#include "hmac.h"
#include "sshpod.h"
#include "resume.h"

static uint8_t server_key[RESUME_KEY];
static struct stat read_from;		/* the file; zero where it could not be written */

static bool
load(void)
{
	char *content;
	int length = file_read("resume_key", &content, RESUME_KEY);
	bool loaded = length == RESUME_KEY &&
	    fstatat(place.state, "resume_key", &read_from, AT_SYMLINK_NOFOLLOW) == 0;

	if (length == -1)
		return false;
	memcpy(server_key, content, (size_t)length);
	explicit_bzero(content, (size_t)length);
	free(content);
	return loaded;
}

/* Loads the server's key, or makes it. The caller holds lock.keys, so that only one of several processes makes it. */
void
resume_key_prepare(void)
{
	if (load())
		return;
	memset(&read_from, 0, sizeof(read_from));
	if (getrandom(server_key, sizeof(server_key), 0) != sizeof(server_key))
		fail_errno("start", "a random key");
	/* where the disk is full, the key lasts as long as this server */
	if (file_replace("resume_key", (const char *)server_key, sizeof(server_key)) == -1)
		perror("resume_key");
	else if (!load())
		fail_errno("start", "%s/resume_key", place.name);
}

/* When the file was removed or made again, clients have been told, or will be, what another key makes. */
bool
resume_key_is_ours(void)
{
	struct stat now;

	return read_from.st_ino == 0 || (fstatat(place.state, "resume_key", &now, AT_SYMLINK_NOFOLLOW) == 0 &&
	    same_file(&now, &read_from));
}

/* HMAC-SHA256 over the protocol's name, the label and the parts. All of them have fixed lengths. */
void
resume_mac(const uint8_t key[RESUME_KEY], const char *label, const struct iovec *parts, int count, uint8_t mac[RESUME_KEY])
{
	static const char protocol[] = "sshpod-resume-1";
	struct ssh_hmac_ctx *context = ssh_hmac_start(SSH_DIGEST_SHA256);
	bool done = context != NULL && ssh_hmac_init(context, key, RESUME_KEY) == 0 &&
	    ssh_hmac_update(context, protocol, strlen(protocol)) == 0 &&
	    ssh_hmac_update(context, label, strlen(label)) == 0;

	for (int i = 0; done && i < count; i++)
		done = ssh_hmac_update(context, parts[i].iov_base, parts[i].iov_len) == 0;
	if (!done || ssh_hmac_final(context, mac, RESUME_KEY) != 0)
		_exit(1);
	ssh_hmac_free(context);
}

/* The key of the client whose public key has this SHA-256. */
void
client_key(const uint8_t *fingerprint, uint8_t key[RESUME_KEY])
{
	struct iovec part = { (void *)fingerprint, RESUME_KEY };

	resume_mac(server_key, "client", &part, 1, key);
}

void
resume_encode(const uint8_t *bytes, size_t length, char *text, size_t size)
{
	if (b64_ntop(bytes, length, text, size) == -1)
		_exit(1);
}

/* The line of an answer for the client whose line of authorized_keys this is: its key, and nobody else's. */
const char *
resume_key_line(const char *line)
{
	static char text[sizeof("resume-key ") + 4 * RESUME_KEY / 3 + 8];
	char date[DATE + 1] = "", encoded[4 * RESUME_KEY / 3 + 4];
	uint8_t fingerprint[RESUME_KEY], derived[RESUME_KEY];
	const char *key;
	size_t length;

	if (!key_line_is_valid(line, date, &key, &length) ||
	    ssh_digest_memory(SSH_DIGEST_SHA256, key, length, fingerprint, sizeof(fingerprint)) != 0)
		return "";
	client_key(fingerprint, derived);
	resume_encode(derived, sizeof(derived), encoded, sizeof(encoded));
	snprintf(text, sizeof(text), "resume-key %s\n", encoded);
	explicit_bzero(derived, sizeof(derived));
	return text;
}
