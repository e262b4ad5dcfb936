/*
 * Lines of authorized_keys as we write them: `expiry-time="..."`, `environment="SSHPOD_ENVIRONMENT=clean"`, both optional,
 * then the key and a comment.
 */
#include "includes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sshkey.h"
#include "sshpod.h"

enum { LONGEST_COMMENT = 64 };

static const char expiry_option[] = "expiry-time=\"";
static const char clean_option[] = "environment=\"SSHPOD_ENVIRONMENT=clean\"";

/* The length of "TYPE BLOB" at the beginning of the text, when that is the canonical form of a key that we accept, or 0. */
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

/* A time as expiry-time has it: dates compare as text. */
void
key_line_date(time_t time, char date[DATE + 1])
{
	struct tm parts;

	if (gmtime_r(&time, &parts) == NULL || strftime(date, DATE + 1, "%Y%m%d%H%M%SZ", &parts) != DATE)
		memset(date, 0, DATE + 1);
}

/* Moves past the word if the text begins with it. */
static bool
skip_word(const char **text, const char *word)
{
	size_t length = strlen(word);

	if (strncmp(*text, word, length) != 0)
		return false;
	*text += length;
	return true;
}

/*
 * Where the key begins in a line that key_line() has made, or NULL when the line is malformed. `expires` points to the
 * date, or is NULL when there is none.
 */
static const char *
key_in(const char *line, const char **expires)
{
	*expires = NULL;
	if (skip_word(&line, expiry_option)) {
		*expires = line;
		if (strspn(line, "0123456789") != DATE - 1 || line[DATE - 1] != 'Z' || line[DATE] != '"')
			return NULL;
		line += DATE + 1;
		if (skip_word(&line, " "))
			return line;
		if (!skip_word(&line, ","))
			return NULL;
	}
	if (skip_word(&line, clean_option) && !skip_word(&line, " "))
		return NULL;
	return line;
}

/*
 * The line for a key that may log in for `access` seconds, or for ever when it is 0. Fails on anything that sshd would skip
 * in authorized_keys: the user would only see that the login was refused.
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
		key_line_date(time(NULL) + seconds, date);
	if (asprintf(&line, "%s%s%s%s%s%s%.*s%s\n", seconds > 0 ? expiry_option : "", date,
	    seconds > 0 ? "\"" : "", seconds > 0 && clean ? "," : "", clean ? clean_option : "",
	    seconds > 0 || clean ? " " : "", (int)length, key, comment) == -1)
		fail_errno("start", "the key");
	return line;
}

/* Where the next line begins, or the end of the text. */
const char *
key_line_next(const char *line)
{
	const char *end = strchr(line, '\n');

	return end != NULL ? end + 1 : line + strlen(line);
}

/* Whether the line is well-formed and has not expired. `now` is a key_line_date(); `key` and `length` say where its key is. */
bool
key_line_is_valid(const char *line, const char *now, const char **key, size_t *length)
{
	const char *expires;

	if (key_line_next(line)[-1] != '\n' || key_line_next(line) - line > LONGEST_LINE ||
	    (*key = key_in(line, &expires)) == NULL || (expires != NULL && strncmp(expires, now, DATE) < 0))
		return false;
	return (*length = length_of_key(*key)) != 0;
}
