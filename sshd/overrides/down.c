/*
 * sshd down STATE [all]: ends the server, and with "all" its sessions too. README.md describes the answer. Processes
 * that users left running in the background stay.
 *
 * The server is asked to leave. We signal only a process that the kernel has named, as the one that listens on our socket
 * or holds our lock. What a file says about a process is never used.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sshpod.h"

/* Does not use control_ask(), since a server that hangs must not stop this. */
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
		if (!lock_within(lock, 2000))
			fail("start", "a process that is not our server holds %s/lock.server", place.name);
		return;
	}
	process = process_open(pid);
	/* the number is its own as long as it holds the other end */
	if (send(connection, request, strlen(request), MSG_NOSIGNAL) != -1 && !lock_within(lock, 2000)) {
		process_signal(process, pid, SIGKILL);
		if (!lock_within(lock, 1000))
			fail("start", "the server does not exit");
	}
	close(process);
	close(connection);
}

static void
end_sessions(void)
{
	int process, lock = file_open("lock.sessions", O_RDWR);
	pid_t pid;

	if (lock == -1)
		return;
	for (int i = 0; i < 300; i++) {
		if ((pid = session_lock_holder(lock)) == 0) {
			close(lock);
			return;
		}
		if (pid != -1) {
			process = process_open(pid);
			if (session_lock_holder(lock) == pid)
				process_signal(process, pid, i < 200 ? SIGTERM : SIGKILL);
			close(process);
		}
		pause_briefly();
	}
	fail("start", "a session does not exit");
}

int
down_main(int argc, char **argv)
{
	bool all = argc == 4 && strcmp(argv[3], "all") == 0;
	int lock;

	if (argc < 3 || argc > 4 || (argc == 4 && !all))
		fail("usage", "sshd down STATE [all]");
	if (place_enter(argv[2])) {
		lock = file_open("lock.server", O_RDWR);
		if (lock == -1 && errno != ENOENT)
			fail_errno("directory", "%s/lock.server", place.name);
		if (lock != -1)
			end_server(lock, all);
		if (all)
			end_sessions();
	}
	return puts("ok") < 0;
}
