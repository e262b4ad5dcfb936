/*
 * An environment as one word that any shell can carry: "=", and the variables, each with a comma behind it. The script
 * gets it from "up" and gives it to "serve", since executing "serve" takes the shell's /proc/PID/environ away.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sshpod.h"

static bool
is_plain(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || strchr("_-./:=@+", c) != NULL;
}

/* Returns NULL when the word and the environment are too much for one execve(), which takes 128 KiB everywhere. */
char *
environment_encode(char **environment)
{
	enum { most = 100000 };
	size_t raw = 0, length = 1;
	char *word, *to;

	for (char **e = environment; *e != NULL; e++, length++) {
		for (const char *c = *e; *c != '\0'; c++)
			length += is_plain(*c) ? 1 : 3;
		raw += strlen(*e) + 1 + sizeof(char *);
	}
	if (raw + length > most || (word = to = malloc(length + 1)) == NULL)
		return NULL;
	*to++ = '=';
	for (char **e = environment; *e != NULL; e++) {
		for (const char *c = *e; *c != '\0'; c++)
			if (is_plain(*c))
				*to++ = *c;
			else
				to += sprintf(to, "%%%02x", (unsigned char)*c);
		*to++ = ',';
	}
	*to = '\0';
	return word;
}

char **
environment_decode(const char *word)
{
	char *text = strdup(word), *to = text, **environment;
	size_t count = 0;

	if (text == NULL || (environment = calloc(strlen(word) + 1, sizeof(*environment))) == NULL)
		_exit(1);
	for (const char *c = word + 1; *c != '\0'; c++) {
		char hex[3] = { 0 };

		if (to == text || to[-1] == '\0')
			environment[count++] = to;
		if (*c == '%' && c[1] != '\0' && c[2] != '\0') {
			memcpy(hex, c + 1, 2);
			*to++ = (char)strtol(hex, NULL, 16);
			c += 2;
		} else
			*to++ = *c == ',' ? '\0' : *c;
	}
	*to = '\0';
	return environment;
}
