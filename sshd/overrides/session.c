/*
 * sshd session STATE ACCESS OPTIONS KEY: one connection over stdin and stdout, for a client that cannot reach a port.
 * Nothing listens. README.md describes the answer.
 *
 * This process stays beside sshd, and touches no byte of the connection. An exec stream ends when its process does, and
 * if that is before a slow client has drained it, the tail is lost (kubernetes#60140).
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sshpod.h"

enum { LINGER = 3000 };		/* milliseconds in which the client takes nothing */

static volatile sig_atomic_t told_to_end;
static volatile pid_t sshd;		/* 0 once it has ended */

static void
end_sshd(int signal)
{
	told_to_end = 1;
	if (sshd > 0)
		kill(sshd, signal);
}

/* Waits until the client has closed its side, or takes nothing any more. */
static void
linger(void)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	long long since = monotonic_milliseconds();
	char ignored[4096];
	int last = -1, left;

	while (!told_to_end && monotonic_milliseconds() - since < LINGER) {
		if (poll(&input, 1, 20) == 1) {
			ssize_t n = read(STDIN_FILENO, ignored, sizeof(ignored));

			if (n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR))
				return;
		}
		if (ioctl(STDOUT_FILENO, FIONREAD, &left) == 0 && left != last) {
			last = left;
			since = monotonic_milliseconds();
		}
	}
}

/* Waits for sshd, and reaps orphans meanwhile (orphans.c). */
static int
wait_for_sshd(void)
{
	siginfo_t ended;
	int status = 0;
	pid_t pid;

	for (;;) {
		if (waitid(P_ALL, 0, &ended, WEXITED | WNOWAIT) == -1) {
			if (errno != EINTR)
				return 0;
			continue;
		}
		pid = ended.si_pid;
		/* from now on the number may be another process's, which end_sshd() must not signal */
		if (pid == sshd)
			sshd = 0;
		waitpid(pid, &status, 0);
		if (sshd == 0)
			return status;
	}
}

int
session_main(int argc, char **argv)
{
	struct host_key host_key = { 0 };
	int keys_lock, log, status;
	char *line;

	umask(077);
	signal(SIGPIPE, SIG_IGN);
	if (argc != 6)
		fail("usage", "sshd session STATE ACCESS OPTIONS KEY");
	line = key_line(argv[3], argv[4], argv[5]);
	place_create(argv[2]);
	sweep_place();
	/* after "ok" the stream belongs to the client, and sshd could not report it */
	if (!sshpod_has_seccomp())
		fail("start", "no seccomp filter can be installed here, and without one nobody can log in safely");
	keys_lock = file_lock("lock.keys");
	host_key_prepare(&host_key);
	close(keys_lock);
	/* no other key opens this connection, and this key opens no other */
	keys_add(line);
	agent_prepare();
	log = log_open();
	if (!session_lock_hold())
		fail_errno("directory", "%s/lock.sessions", place.name);
	if (printf("host-key %s\nok\n", host_key.public) < 0 || fflush(stdout) == EOF)
		return 1;

	orphans_adopt();
	if ((sshd = fork()) == -1)
		return 1;
	if (sshd == 0) {
		/* nobody else would end it when this process is killed */
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		/* the log is not the stream's stderr, which kubectl mixes with its own */
		sshd_run(&host_key, "-i", log);
	}
	close(log);
	signal(SIGTERM, end_sshd);
	status = wait_for_sshd();
	linger();
	orphans_reap();
	/* sshd exits by itself however the connection ends; otherwise something has killed it */
	return WIFEXITED(status) ? 0 : 3;
}
