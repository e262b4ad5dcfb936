/* The error log, STATE/log, which is the standard error of all our processes (log_limit.c keeps it small). */
#include <fcntl.h>
#include <string.h>

#include "sshpod.h"

int
log_open(void)
{
	int fd = file_open("log", O_WRONLY | O_CREAT | O_APPEND);

	if (fd == -1)
		fail_errno("start", "%s/log", place.name);
	log_limit(fd);
	return fd;
}

/* The last words of a server that did not start, so that the user sees why. */
void
log_fail_with_last_line(void)
{
	char *content, *line;
	int length;

	if ((length = file_read("log", &content, 1 << 20)) <= 0)
		fail("start", "the server exited without a message");
	while (length > 0 && strchr("\r\n", content[length - 1]) != NULL)
		content[--length] = '\0';
	line = strrchr(content, '\n');
	fail(strstr(line != NULL ? line : content, "No space left") != NULL ? "disk-full" : "start",
	    "%s", line != NULL ? line + 1 : content);
}
