/*
 * setproctitle(), as ps shows it. OpenSSH's own version writes over the arguments of its main, which are not the ones
 * that the kernel shows when "serve" becomes the server, and leaves out the last letter.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sshpod.h"

extern char *__progname, **environ;

void compat_init_setproctitle(int, char **);
void setproctitle(const char *, ...) __attribute__((format(printf, 1, 2)));

static char *area;		/* arguments and environment, one after the other */
static size_t area_size;

/* Called with main's arguments, before anything has moved. */
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
	area = argv[0];
	area_size = (size_t)(end - area);
}

/* OpenSSH has copied the arguments already; this moves the environment out of the way. */
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
	memset(area, 0, area_size);
	snprintf(area, area_size, "%s", title);
}
