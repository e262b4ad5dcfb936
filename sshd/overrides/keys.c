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

static bool
has_key(const char *content, const char *line)
{
	for (const char *c = content; c != NULL && *c != '\0'; c = strchr(c, '\n'), c += c != NULL)
		if (strncmp(c, line, TYPE + BLOB) == 0)
			return true;
	return false;
}

/* Adds the key to authorized_keys. The caller holds the lock, so nobody's key gets lost. */
void
key_authorize(const struct up *up, const char *line)
{
	char path[512], *content = NULL, *more;
	int length, n;

	check_key(line);
	state_path(path, sizeof(path), up->state, "authorized_keys");
	if ((length = file_read(path, &content, MOST_KEYS)) == -1) {
		if (errno != ENOENT)
			fail_errno("key", "%s", path);
		content = (char *)"";
		length = 0;
	}
	if (has_key(content, line))
		return;
	n = asprintf(&more, "%s%s%s\n", content,
	    length > 0 && content[length - 1] != '\n' ? "\n" : "", line);
	if (n == -1 || file_replace(path, more, (size_t)n, 0644) == -1)
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
