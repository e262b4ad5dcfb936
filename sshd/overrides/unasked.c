/*
 * What a client's system sends of its own accord (Debian's ssh_config has "SendEnv LANG LC_*") does not replace what the
 * container has, but what the user sends with SetEnv does. On the wire both look alike. So sshpod's proxy, which ssh has
 * started and which has ssh's environment, sends a line before ssh's first,
 *
 *	sshpod-unasked LANG=de_DE.UTF-8 LC_TIME=C
 *
 * with those of ssh's variables that systems send. OpenSSH first sends what SendEnv names, and then what SetEnv sets, even
 * if the name is the same. So a variable of that line, with the value that it has there, is unasked when it comes for the
 * first time in a session. Other clients send nothing unasked.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sshpod.h"

int sshpod_unasked_receive(const char *);
const char *sshpod_unasked(void);
int sshpod_yields(const char *, const char *);

static const char start[] = "sshpod-unasked ";
static char *line;

/* Keeps the line, and returns true, if it is such a line. sshd-auth gets it from the client, sshd-session from sshd-auth. */
int
sshpod_unasked_receive(const char *text)
{
	if (strncmp(text, start, sizeof(start) - 1) != 0)
		return false;
	free(line);
	line = strdup(text);
	return true;
}

const char *
sshpod_unasked(void)
{
	return line != NULL ? line : "";
}

static bool
is_unasked(const char *name, const char *value)
{
	size_t length = strlen(value);
	const char *sent;

	if (line == NULL || strchr(name, ' ') != NULL || strchr(value, ' ') != NULL)
		return false;
	for (const char *word = line; (word = strchr(word, ' ')) != NULL; ) {
		word++;
		if ((sent = value_in(word, name)) != NULL && strncmp(sent, value, length) == 0 &&
		    strchr(" ", sent[length]) != NULL)
			return true;
	}
	return false;
}

/* The locale is one setting in several variables: the client's LC_ALL would override the container's LANG. */
static bool
is_locale(const char *entry)
{
	return strncmp(entry, "LANG=", 5) == 0 || strncmp(entry, "LANGUAGE=", 9) == 0 || strncmp(entry, "LC_", 3) == 0;
}

/* Whether a variable that comes for the first time in this session must not replace what the container has. */
int
sshpod_yields(const char *name, const char *value)
{
	bool locale = is_locale(name) || strcmp(name, "LANG") == 0 || strcmp(name, "LANGUAGE") == 0;

	/* the line may have been changed on the way, so it has no say in any other variable than those that systems send */
	if (!locale && strcmp(name, "COLORTERM") != 0 && strcmp(name, "NO_COLOR") != 0 && strcmp(name, "XMODIFIERS") != 0)
		return false;
	if (!is_unasked(name, value))
		return false;
	for (char **e = origin.environment; *e != NULL; e++)
		if ((locale && is_locale(*e)) || value_in(*e, name) != NULL)
			return true;
	return false;
}
