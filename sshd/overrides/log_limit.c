/*
 * write(), which keeps the error log small while our processes run: their standard error is STATE/log, and a forwarding
 * to a port where nobody listens logs a line for each attempt.
 */
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sshpod.h"

enum { LOG_SIZE = 64 * 1024 };

static bool stderr_is_log;

/* Empties a log that is too long. Old errors are not worth the space. */
void
log_limit(int fd)
{
	struct stat st;

	/* in a process that has forked for a session, the user's standard error is a pipe or a terminal */
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > LOG_SIZE && ftruncate(fd, 0) == -1)
		return;
}

/* From here on, standard error is the log. */
void
log_limit_stderr(void)
{
	stderr_is_log = true;
}

ssize_t
write(int fd, const void *content, size_t length)
{
	/* sshd-auth is behind seccomp, and logs through sshd-session */
	if (fd == STDERR_FILENO && (stderr_is_log || origin.role == SESSION))
		log_limit(fd);
	return syscall(SYS_write, fd, content, length);
}
