/* The server's host key, and the keys that may log in. */
#include "includes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sshkey.h"
#include "sshbuf.h"
#include "ssherr.h"
#include "authfile.h"
#include "sshpod.h"

enum {
	TYPE = sizeof("ssh-ed25519 ") - 1,
	BLOB = 68,			/* 51 bytes in base64: always this long, never padded */
	LONGEST_KEY = 1024,
	MOST_KEYS = 4 << 20,		/* bytes of authorized_keys */
};

/* What sshd would skip in authorized_keys must not get there: the user would only see a refusal. */
static void
check_key(const char *line)
{
	struct sshkey *key = sshkey_new(KEY_UNSPEC);
	char copy[LONGEST_KEY + 1], *cursor = copy;

	if (strlen(line) > LONGEST_KEY || strncmp(line, "ssh-ed25519 ", TYPE) != 0)
		fail("key", "not an ssh-ed25519 public key");
	for (const char *c = line; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			fail("key", "control character in the public key");
	if (strspn(line + TYPE, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") !=
	    BLOB || (line[TYPE + BLOB] != '\0' && line[TYPE + BLOB] != ' '))
		fail("key", "malformed public key");
	strcpy(copy, line);
	if (key == NULL || sshkey_read(key, &cursor) != 0 || key->type != KEY_ED25519)
		fail("key", "malformed public key");
	sshkey_free(key);
}

/* authorized_keys, line by line: where the next one begins */
static const char *
next_line(const char *line, const char *end)
{
	const char *newline = memchr(line, '\n', (size_t)(end - line));

	return newline != NULL ? newline + 1 : end;
}

/* Whether it may be a line that "up" has written. */
static bool
is_key_line(const char *line, const char *next)
{
	return next - line > TYPE + BLOB && next[-1] == '\n' && strncmp(line, "ssh-ed25519 ", TYPE) == 0;
}

static bool
same_key(const char *a, const char *b)
{
	return strncmp(a, b, TYPE + BLOB) == 0;
}

/* Whether authorized_keys is what "up" has made of it. */
bool
keys_are_intact(const char *state)
{
	char path[512], *content;
	int length;
	bool intact;

	state_path(path, sizeof(path), state, "authorized_keys");
	if ((length = file_read(path, &content, MOST_KEYS)) == -1)
		return false;
	intact = length > 0;
	for (const char *line = content, *end = content + length, *next; intact && line < end; line = next) {
		next = next_line(line, end);
		intact = is_key_line(line, next);
	}
	free(content);
	return intact;
}

/* Adds the key to authorized_keys. The caller holds the lock, so nobody's key gets lost; a line that is none goes. */
void
key_authorize(const struct up *up, const char *key)
{
	char path[512], *content = NULL, *keys, *to;
	int length;
	bool known = false;

	check_key(key);
	state_path(path, sizeof(path), up->state, "authorized_keys");
	if ((length = file_read(path, &content, MOST_KEYS)) == -1) {
		if (errno != ENOENT)
			fail_errno("key", "%s", path);
		length = 0;
	}
	if ((keys = to = malloc((size_t)length + LONGEST_KEY + 2)) == NULL)
		fail_errno("key", "%s", path);
	for (const char *line = content, *end = content + length, *next; line < end; line = next) {
		next = next_line(line, end);
		if (!is_key_line(line, next))
			continue;
		known = known || same_key(line, key);
		to = mempcpy(to, line, (size_t)(next - line));
	}
	if (known && to - keys == length)
		return;
	if (!known)
		to += sprintf(to, "%s\n", key);
	if (file_replace(path, keys, (size_t)(to - keys), 0644) == -1)
		fail_errno("key", "%s", path);
}

static void
generate(const char *path)
{
	struct sshkey *key = NULL;
	struct sshbuf *blob = sshbuf_new();
	int r;

	if (blob == NULL || (r = sshkey_generate(KEY_ED25519, 0, &key)) != 0 ||
	    (r = sshkey_private_to_fileblob(key, blob, "", "", SSHKEY_PRIVATE_OPENSSH, NULL, 0)) != 0)
		fail("start", "cannot generate a host key");
	if (file_replace(path, (const char *)sshbuf_ptr(blob), sshbuf_len(blob), 0600) == -1)
		fail_errno("start", "%s", path);
	sshkey_free(key);
	sshbuf_free(blob);
}

/*
 * Makes sure there is a host key that sshd can load, and returns its public half as known_hosts has
 * it. Whoever starts the server does this, holding both locks: of several at the same moment one
 * generates, and the others find a running server.
 */
char *
host_key_prepare(const char *state)
{
	char path[512], *text = NULL, *blob = NULL;
	struct sshkey *key = NULL;

	state_path(path, sizeof(path), state, "host_key");
	if (sshkey_load_private(path, "", &key, NULL) != 0 || key->type != KEY_ED25519) {
		generate(path);
		if (sshkey_load_private(path, "", &key, NULL) != 0)
			fail("start", "%s: cannot be read", path);
	}
	if (sshkey_to_base64(key, &blob) != 0 ||
	    asprintf(&text, "%s %s", sshkey_ssh_name(key), blob) == -1)
		fail("start", "%s: cannot be read", path);
	free(blob);
	sshkey_free(key);
	return text;
}
