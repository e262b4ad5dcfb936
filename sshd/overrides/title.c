/*
 * setproctitle(), as ps shows it. OpenSSH's own writes over its arguments as it finds them, which
 * are not where the kernel has them when "up" becomes the server, and spares the last letter.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sshpod.h"

extern char *__progname, **environ;

void compat_init_setproctitle(int, char **);
void setproctitle(const char *, ...) __attribute__((format(printf, 1, 2)));

static char *start;		/* arguments and environment, one after the other */
static size_t size;

/* main()'s, before anything has moved. */
void
title_capture(int argc, char **argv, char **environment)
{
	char *end = argv[0];

	for (int i = 0; i < argc; i++)
		if (argv[i] == end)
			end += strlen(end) + 1;
	for (; *environment != NULL; environment++)
		if (*environment == end)
			end += strlen(end) + 1;
	start = argv[0];
	size = (size_t)(end - start);
}

/* OpenSSH has copied the arguments; the environment moves out of the way here. */
void
compat_init_setproctitle(int argc, char **argv)
{
	size_t count = 0;
	char **copy;

	(void)argc;
	(void)argv;
	while (environ[count] != NULL)
		count++;
	if ((copy = calloc(count + 1, sizeof(*copy))) == NULL)
		_Exit(1);
	for (size_t i = 0; i < count; i++)
		if ((copy[i] = strdup(environ[i])) == NULL)
			_Exit(1);
	environ = copy;
}

void
setproctitle(const char *format, ...)
{
	char title[1024];
	int n = snprintf(title, sizeof(title), "%s: ", __progname);
	va_list arguments;

	if (n < 0 || (size_t)n >= sizeof(title))
		return;
	va_start(arguments, format);
	vsnprintf(title + n, sizeof(title) - (size_t)n, format, arguments);
	va_end(arguments);
	for (char *c = title; *c != '\0'; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	memset(start, 0, size);
	snprintf(start, size, "%s", title);
}
