/*
 * The keys that may log in, and the server's host key. Both are held in memory, as the files have them:
 * a file is how they outlast a restart, and a server that runs believes no file.
 */
#include "includes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sshkey.h"
#include "sshbuf.h"
#include "ssherr.h"
#include "authfile.h"
#include "sshpod.h"

enum {
	LONGEST_KEY = 1024,
	LONGEST_COMMENT = 64,
	LONGEST_LINE = LONGEST_KEY + 128,
	MOST_KEYS = 512,
	MOST_BYTES = MOST_KEYS * LONGEST_LINE,
	DATE = sizeof("20260101000000Z") - 1,
};

static const char expiry_option[] = "expiry-time=\"";
static const char clean_option[] = "environment=\"SSHPOD_ENVIRONMENT=clean\"";

static char *authorized;	/* lines of authorized_keys, the oldest first; NULL: none */

/* "type blob" at the beginning of the text, as long as the canonical form of a key that we accept; or 0. */
static size_t
length_of_key(const char *text)
{
	struct sshkey *key = sshkey_new(KEY_UNSPEC);
	char copy[LONGEST_KEY + 1], *cursor = copy, *blob = NULL, *canonical = NULL;
	size_t length = strcspn(text, "\n"), result = 0;
	int n = -1;

	if (key == NULL || length > LONGEST_KEY)
		goto out;
	memcpy(copy, text, length);
	copy[length] = '\0';
	if (sshkey_read(key, &cursor) != 0 || (key->type != KEY_ED25519 && key->type != KEY_ED25519_SK) ||
	    sshkey_to_base64(key, &blob) != 0 || (n = asprintf(&canonical, "%s %s", sshkey_ssh_name(key), blob)) == -1)
		goto out;
	if ((size_t)n <= length && strncmp(text, canonical, (size_t)n) == 0 && strchr(" \n", text[n]) != NULL)
		result = (size_t)n;
 out:
	sshkey_free(key);
	free(blob);
	if (n != -1)
		free(canonical);
	return result;
}

static void
date_of(time_t time, char date[DATE + 1])
{
	struct tm parts;

	if (gmtime_r(&time, &parts) == NULL || strftime(date, DATE + 1, "%Y%m%d%H%M%SZ", &parts) != DATE)
		memset(date, 0, DATE + 1);
}

/* Takes the word from the beginning of the text. */
static bool
skip(const char **text, const char *word)
{
	size_t length = strlen(word);

	if (strncmp(*text, word, length) != 0)
		return false;
	*text += length;
	return true;
}

/*
 * Where the key begins in a line as key_line() makes it, or NULL. `expires` points to the date, or
 * is NULL when there is none.
 */
static const char *
key_in(const char *line, const char **expires)
{
	*expires = NULL;
	if (skip(&line, expiry_option)) {
		*expires = line;
		if (strspn(line, "0123456789") != DATE - 1 || line[DATE - 1] != 'Z' || line[DATE] != '"')
			return NULL;
		line += DATE + 1;
		if (skip(&line, " "))
			return line;
		if (!skip(&line, ","))
			return NULL;
	}
	if (skip(&line, clean_option) && !skip(&line, " "))
		return NULL;
	return line;
}

/*
 * The line for a key that may log in for so many seconds, 0 for ever. What sshd would skip in
 * authorized_keys must not get there: the user would only see a refusal.
 */
char *
key_line(const char *access, const char *options, const char *key)
{
	char date[DATE + 1] = "", *line, comment[LONGEST_COMMENT + 1];
	int seconds = parse_seconds(access);
	bool clean = strcmp(options, "clean-environment") == 0;
	size_t length;

	if (!clean && strcmp(options, "-") != 0)
		fail("usage", "unknown option: %s", options);
	for (const char *c = key; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			fail("key", "control character in the public key");
	if (strncmp(key, "ssh-ed25519 ", 12) != 0 && strncmp(key, "sk-ssh-ed25519@openssh.com ", 27) != 0)
		fail("key", "not an ssh-ed25519 or sk-ssh-ed25519@openssh.com public key");
	if ((length = length_of_key(key)) == 0)
		fail("key", "malformed public key");
	snprintf(comment, sizeof(comment), "%s", key + length);
	if (seconds > 0)
		date_of(time(NULL) + seconds, date);
	if (asprintf(&line, "%s%s%s%s%s%s%.*s%s\n", seconds > 0 ? expiry_option : "", date,
	    seconds > 0 ? "\"" : "", seconds > 0 && clean ? "," : "", clean ? clean_option : "",
	    seconds > 0 || clean ? " " : "", (int)length, key, comment) == -1)
		fail_errno("start", "the key");
	return line;
}

/* Where the next line begins, or the end of the text. */
static const char *
next_line(const char *line)
{
	const char *end = strchr(line, '\n');

	return end != NULL ? end + 1 : line + strlen(line);
}

/* Whether the line is one of ours, and its time has not come. */
static bool
is_valid(const char *line, const char *now, const char **key, size_t *length)
{
	const char *expires;

	if (next_line(line)[-1] != '\n' || next_line(line) - line > LONGEST_LINE ||
	    (*key = key_in(line, &expires)) == NULL || (expires != NULL && strncmp(expires, now, DATE) < 0))
		return false;
	return (*length = length_of_key(*key)) != 0;
}

static bool
same(const char *a, size_t length_of_a, const char *b, size_t length_of_b)
{
	return length_of_a == length_of_b && memcmp(a, b, length_of_a) == 0;
}

/*
 * Adds a line of key_line() to the keys in memory, and takes out those that have expired, the same key
 * with another time, and the oldest where there are too many. With NULL it takes out only. False when
 * the line is none.
 */
bool
keys_add(const char *added)
{
	const char *old = authorized != NULL ? authorized : "", *key, *added_key = NULL;
	char now[DATE + 1], *lines, *to;
	size_t length, added_length = 0, added_size = 0;
	/* how many of the others are too many */
	int excess = added != NULL ? 1 - MOST_KEYS : -MOST_KEYS;

	date_of(time(NULL), now);
	if (added != NULL) {
		if (added[0] == '\0' || *next_line(added) != '\0' ||
		    !is_valid(added, now, &added_key, &added_length))
			return false;
		added_size = strlen(added);
	}
	for (const char *line = old; *line != '\0'; line = next_line(line))
		excess += is_valid(line, now, &key, &length) && !same(key, length, added_key, added_length);
	if ((lines = to = malloc(strlen(old) + added_size + 1)) == NULL)
		return false;
	for (const char *line = old; *line != '\0'; line = next_line(line)) {
		if (!is_valid(line, now, &key, &length) || same(key, length, added_key, added_length) ||
		    excess-- > 0)
			continue;
		to = mempcpy(to, line, (size_t)(next_line(line) - line));
	}
	if (added != NULL)
		to = mempcpy(to, added, added_size);
	*to = '\0';
	free(authorized);
	authorized = lines;
	return true;
}

/* What an earlier server has left. A file that others could write to counts for nothing. */
void
keys_load(void)
{
	char *content;

	if (file_read("authorized_keys", &content, MOST_BYTES) == -1)
		return;
	free(authorized);
	authorized = content;
	keys_add(NULL);
}

int
keys_save(void)
{
	return file_replace("authorized_keys", authorized, strlen(authorized));
}

/* A descriptor from which the next program of ours can receive the keys. */
int
keys_hand_on(void)
{
	keys_add(NULL);
	return sealed_file("authorized_keys", authorized != NULL ? authorized : "",
	    authorized != NULL ? strlen(authorized) : 0);
}

void
keys_receive(int fd)
{
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) == -1 || st.st_size > MOST_BYTES || (authorized = malloc((size_t)st.st_size + 1)) == NULL)
		_exit(1);
	n = pread(fd, authorized, (size_t)st.st_size, 0);
	authorized[n > 0 ? n : 0] = '\0';
	close(fd);
}

/*
 * sshd asks for the user's file of authorized keys (the linker's --wrap): it gets those in memory,
 * whoever the user is and whatever the file is called.
 */
FILE *__wrap_auth_openkeyfile(const char *, struct passwd *, int);

FILE *
__wrap_auth_openkeyfile(const char *file, struct passwd *user, int strict)
{
	(void)file;
	(void)user;
	(void)strict;
	if (authorized == NULL || authorized[0] == '\0')
		return NULL;
	return fmemopen(authorized, strlen(authorized), "r");
}

static void
generate(void)
{
	struct sshkey *key = NULL;
	struct sshbuf *blob = sshbuf_new();
	int r;

	if (blob == NULL || (r = sshkey_generate(KEY_ED25519, 0, &key)) != 0 ||
	    (r = sshkey_private_to_fileblob(key, blob, "", "", SSHKEY_PRIVATE_OPENSSH, NULL, 0)) != 0)
		fail("start", "cannot generate a host key");
	if (file_replace("host_key", (const char *)sshbuf_ptr(blob), sshbuf_len(blob)) == -1)
		fail_errno("start", "%s/host_key", place.name);
	sshkey_free(key);
	sshbuf_free(blob);
}

static bool
load(struct host_key *host_key)
{
	struct sshkey *key = NULL;
	struct sshbuf *buffer;
	char *blob = NULL;
	int length = file_read("host_key", &host_key->private, 4096);
	bool loaded;

	if (length == -1)
		return false;
	host_key->length = (size_t)length;
	buffer = sshbuf_from(host_key->private, host_key->length);
	loaded = buffer != NULL && sshkey_parse_private_fileblob(buffer, "", &key, NULL) == 0 &&
	    key->type == KEY_ED25519 && sshkey_to_base64(key, &blob) == 0 &&
	    asprintf(&host_key->public, "%s %s", sshkey_ssh_name(key), blob) != -1;
	free(blob);
	sshkey_free(key);
	sshbuf_free(buffer);
	return loaded;
}

/* Makes sure that there is a host key. The caller holds lock.keys, so that of several at once one generates. */
void
host_key_prepare(struct host_key *host_key)
{
	if (load(host_key))
		return;
	generate();
	if (!load(host_key))
		fail_errno("start", "%s/host_key", place.name);
}
