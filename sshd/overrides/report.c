/* The answer of a command that fails: one line on stdout, which the client parses. */
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sshpod.h"

bool failure_awaits_client;

/* An answer may be lost when its process exits (kubernetes#60140). The client closes the stream once it has the answer. */
void
await_client(void)
{
	const long long limit = 10000;
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	char ignored[4096];
	long long begun = monotonic_milliseconds();

	do {
		if (poll(&input, 1, 1000) == 1 && read(STDIN_FILENO, ignored, sizeof(ignored)) <= 0)
			return;
	} while (monotonic_milliseconds() - begun < limit);
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
	if (failure_awaits_client)
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

/* Adds the text of errno. A full disk has a code of its own, since only the user can help there. */
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
