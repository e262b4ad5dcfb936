/*
 * sshd down STATE_DIR [all]: ends the server, and with "all" its sessions too. README.md describes
 * the answer. What users left running in the background is theirs and stays.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "sshpod.h"

static bool
is_child(const char *pid, pid_t parent)
{
	char path[64], *text;
	const char *field;

	snprintf(path, sizeof(path), "/proc/%.20s/status", pid);
	if (file_read(path, &text, 65536) <= 0 || (field = strstr(text, "\nPPid:\t")) == NULL)
		return false;
	return atol(field + 7) == (long)parent;
}

/* The listener's children are sessions: each ends what belongs to it when it is told to leave. */
static void
end_sessions(pid_t listener)
{
	DIR *processes = opendir("/proc");
	struct dirent *entry;

	if (processes == NULL)
		return;
	while ((entry = readdir(processes)) != NULL)
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' && is_child(entry->d_name, listener))
			kill((pid_t)atol(entry->d_name), SIGTERM);
	closedir(processes);
}

/* As long as the lock is held, the number in it is that of the process that holds it. */
static pid_t
holder_of(int lock)
{
	char text[32] = "";

	if (pread(lock, text, sizeof(text) - 1, 0) <= 0 || atol(text) <= 1)
		fail("start", "lock.server is held, and not by a server");
	return (pid_t)atol(text);
}

/* Those of "session" hold a lock each, which names its process. */
static void
end_exec_sessions(const char *state)
{
	const struct timespec pause = { 0, 10000000 };
	char path[512];
	int fd;

	state_path(path, sizeof(path), state, "lock.sessions");
	if ((fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)) == -1)
		return;
	for (int i = 0; i < 300; i++) {
		struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

		if (fcntl(fd, F_GETLK, &lock) == -1 || lock.l_type == F_UNLCK || lock.l_pid <= 1) {
			close(fd);
			return;
		}
		kill(lock.l_pid, i < 200 ? SIGTERM : SIGKILL);
		nanosleep(&pause, NULL);
	}
	fail("start", "a session does not leave");
}

static bool
obtained_within(int lock, int milliseconds)
{
	const struct timespec pause = { 0, 10000000 };

	for (; milliseconds > 0; milliseconds -= 10) {
		if (flock(lock, LOCK_EX | LOCK_NB) == 0)
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}

int
down_main(int argc, char **argv)
{
	char path[512];
	int lock;

	if (argc < 3 || argc > 4 || (argc == 4 && strcmp(argv[3], "all") != 0))
		fail("usage", "sshd down STATE_DIR [all]");
	state_path(path, sizeof(path), argv[2], "lock.server");
	lock = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (lock == -1 && errno != ENOENT)
		fail_errno("directory", "%s", path);
	if (lock != -1 && flock(lock, LOCK_EX | LOCK_NB) == -1) {
		pid_t listener = holder_of(lock);

		if (argc == 4)
			end_sessions(listener);
		kill(listener, SIGTERM);
		if (!obtained_within(lock, 2000)) {
			kill(listener, SIGKILL);
			if (!obtained_within(lock, 1000))
				fail("start", "the server does not leave");
		}
	}
	if (argc == 4)
		end_exec_sessions(argv[2]);
	return puts("ok") < 0;
}
