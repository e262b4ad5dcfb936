/*
 * The error log, STATE/log, which is the standard error of all of our processes. write() bounds it
 * while they run: a forwarding to a port where nobody listens says so each time that it is tried.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sshpod.h"

enum { LOG_SIZE = 64 * 1024 };

/* A log of old errors is not worth the space. */
static void
make_room(int fd)
{
	struct stat st;

	/* a user's standard error, in a process that has forked for a session, is a pipe or a terminal */
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > LOG_SIZE && ftruncate(fd, 0) == -1)
		return;
}

int
log_open(void)
{
	int fd = file_open("log", O_WRONLY | O_CREAT | O_APPEND);

	if (fd == -1)
		fail_errno("start", "%s/log", place.name);
	make_room(fd);
	return fd;
}

static bool bounded;

/* From here on, standard error is the log. */
void
log_bound(void)
{
	bounded = true;
}

ssize_t
write(int fd, const void *content, size_t length)
{
	/* not sshd-auth, which is behind seccomp, and speaks to the log through sshd-session */
	if (fd == STDERR_FILENO && (bounded || program == &session_program))
		make_room(fd);
	return syscall(SYS_write, fd, content, length);
}
