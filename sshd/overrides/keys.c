/* The keys that may log in, in memory, as lines of authorized_keys. A running server believes no file. */
#include "includes.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sshpod.h"

enum {
	MOST_KEYS = 512,
	MOST_BYTES = MOST_KEYS * LONGEST_LINE,
};

static char *authorized;	/* lines of authorized_keys, the oldest first; NULL: none */

static bool
is_same_key(const char *a, size_t length_of_a, const char *b, size_t length_of_b)
{
	return length_of_a == length_of_b && memcmp(a, b, length_of_a) == 0;
}

/*
 * Adds a line of key_line() to the keys in memory, and removes the keys that have expired, the same key with another
 * time, and the oldest where there are too many. With NULL, it only removes. Returns false when the line is not valid.
 */
bool
keys_add(const char *added)
{
	const char *old = authorized != NULL ? authorized : "", *key, *added_key = NULL;
	char now[DATE + 1], *lines, *to;
	size_t length, added_length = 0, added_size = 0;
	/* how many of the older ones must go */
	int excess = added != NULL ? 1 - MOST_KEYS : -MOST_KEYS;

	key_line_date(time(NULL), now);
	if (added != NULL) {
		if (added[0] == '\0' || *key_line_next(added) != '\0' ||
		    !key_line_is_valid(added, now, &added_key, &added_length))
			return false;
		added_size = strlen(added);
	}
	for (const char *line = old; *line != '\0'; line = key_line_next(line))
		excess += key_line_is_valid(line, now, &key, &length) && !is_same_key(key, length, added_key, added_length);
	if ((lines = to = malloc(strlen(old) + added_size + 1)) == NULL)
		return false;
	for (const char *line = old; *line != '\0'; line = key_line_next(line)) {
		if (!key_line_is_valid(line, now, &key, &length) || is_same_key(key, length, added_key, added_length) ||
		    excess-- > 0)
			continue;
		to = mempcpy(to, line, (size_t)(key_line_next(line) - line));
	}
	if (added != NULL)
		to = mempcpy(to, added, added_size);
	*to = '\0';
	free(authorized);
	authorized = lines;
	return true;
}

/* Reads the keys that an earlier server has left. A file that others could write to is ignored (file_open). */
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

/* A descriptor from which the next program can read the keys, by keys_receive(). */
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
 * sshd opens the user's file of authorized keys (the linker's --wrap): it gets the keys in memory, for every user and
 * every name of that file.
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
