/* What "up" answers when it fails: one line on stdout, which the client parses. */
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sshpod.h"

bool answer_is_last;

/* The answer may be lost when its process leaves (kubernetes#60140): the client closes the stream once it has it. */
void
await_client(void)
{
	const time_t limit = 10;
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	char ignored[4096];
	struct timespec begun, now;

	clock_gettime(CLOCK_MONOTONIC, &begun);
	do {
		if (poll(&input, 1, 1000) == 1 && read(STDIN_FILENO, ignored, sizeof(ignored)) <= 0)
			return;
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (now.tv_sec - begun.tv_sec < limit);
}

static void __attribute__((noreturn))
answer(const char *code, const char *text)
{
	char line[1024];
	int n = snprintf(line, sizeof(line) - 1, "error %s %s", code, text);
	size_t length = n < 0 ? 0 : strlen(line);

	for (size_t i = 0; i < length; i++)
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			line[i] = '?';
	line[length++] = '\n';
	if (write(STDOUT_FILENO, line, length) < 0)
		_exit(2);
	if (answer_is_last)
		await_client();
	_exit(1);
}

void
fail(const char *code, const char *format, ...)
{
	char text[900];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	answer(code, text);
}

/* Adds what errno says; a full disk is a code of its own, since only the user can help there. */
void
fail_errno(const char *code, const char *format, ...)
{
	int saved = errno;
	char text[900];
	size_t n;
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	n = strlen(text);
	snprintf(text + n, sizeof(text) - n, ": %s", strerror(saved));
	answer(saved == ENOSPC || saved == EDQUOT ? "disk-full" : code, text);
}
