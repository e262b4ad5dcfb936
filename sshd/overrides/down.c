/*
 * sshd down STATE [all]: ends the server, and with "all" its sessions too. README.md describes
 * the answer. What users left running in the background is theirs and stays.
 *
 * The server is asked to leave. A signal goes only to a process that the kernel has named: as the one
 * that listens on our socket, or holds our lock; never on the word of a file.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "sshpod.h"

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

/* Not control_ask(): a server that hangs is not the end of this. */
static void
end_server(int lock, bool all)
{
	const char *request = all ? "down all" : "down";
	int connection, process;
	pid_t pid;

	if (flock(lock, LOCK_EX | LOCK_NB) == 0)
		return;
	if ((connection = control_connect(&pid)) == -1) {
		/* it may just be starting or leaving */
		if (!obtained_within(lock, 2000))
			fail("start", "a process that is not our server holds %s/lock.server", place.name);
		return;
	}
	process = process_open(pid);
	/* it has the number as long as it holds the other end */
	if (send(connection, request, strlen(request), MSG_NOSIGNAL) != -1 && !obtained_within(lock, 2000)) {
		process_signal(process, pid, SIGKILL);
		if (!obtained_within(lock, 1000))
			fail("start", "the server does not leave");
	}
	close(process);
	close(connection);
}

/* The process that holds this lock, in our own numbers; 0 when there is none, -1 when it is no session's: who sweeps has it for a moment. */
static pid_t
holder_of(int lock)
{
	struct flock wanted = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	if (fcntl(lock, F_GETLK, &wanted) == -1 || wanted.l_type == F_UNLCK)
		return 0;
	if (wanted.l_type != F_RDLCK)
		return -1;
	if (wanted.l_pid <= 1)
		fail("start", "a process that is not ours holds %s/lock.sessions", place.name);
	return wanted.l_pid;
}

/* Those of "session" hold a lock each, which names its process. */
static void
end_exec_sessions(void)
{
	const struct timespec pause = { 0, 10000000 };
	int process, lock = file_open("lock.sessions", O_RDWR);
	pid_t pid;

	if (lock == -1)
		return;
	for (int i = 0; i < 300; i++) {
		if ((pid = holder_of(lock)) == 0) {
			close(lock);
			return;
		}
		if (pid != -1) {
			process = process_open(pid);
			if (holder_of(lock) == pid)
				process_signal(process, pid, i < 200 ? SIGTERM : SIGKILL);
			close(process);
		}
		nanosleep(&pause, NULL);
	}
	fail("start", "a session does not leave");
}

int
down_main(int argc, char **argv)
{
	bool all = argc == 4 && strcmp(argv[3], "all") == 0;
	int lock;

	if (argc < 3 || argc > 4 || (argc == 4 && !all))
		fail("usage", "sshd down STATE [all]");
	if (place_find(argv[2])) {
		lock = file_open("lock.server", O_RDWR);
		if (lock == -1 && errno != ENOENT)
			fail_errno("directory", "%s/lock.server", place.name);
		if (lock != -1)
			end_server(lock, all);
		if (all)
			end_exec_sessions();
	}
	return puts("ok") < 0;
}
