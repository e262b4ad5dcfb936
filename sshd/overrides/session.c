/*
 * sshd session STATE ACCESS OPTIONS KEY: one connection over stdin and stdout, for a client that has no way to
 * a port. Nothing listens. README.md describes the answer.
 *
 * This process stays beside sshd, and touches no byte of the connection: who leaves before a slow
 * client has taken everything may lose what it said last (kubernetes#60140), and an exec stream ends
 * when its process does.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sshpod.h"

enum { LINGER = 3000 };		/* milliseconds without a byte leaving */

static volatile sig_atomic_t told_to_leave;
static volatile pid_t server;

static void
leave(int signal)
{
	told_to_leave = 1;
	if (server > 0)
		kill(server, signal);
}

/*
 * Held as long as the session lasts, so that "down" finds who it is (down.c). A lock of this process
 * alone, which it loses when it closes the file.
 */
bool
sessions_join(void)
{
	const struct timespec pause = { 0, 10000000 };
	struct flock lock = { .l_type = F_RDLCK, .l_whence = SEEK_SET };
	int fd = file_open("lock.sessions", O_RDWR | O_CREAT);

	/* who sweeps has it for a moment */
	for (int i = 0; fd != -1 && i < 100; i++) {
		if (fcntl(fd, F_SETLK, &lock) == 0)
			return true;
		if (errno != EAGAIN && errno != EACCES)
			return false;
		nanosleep(&pause, NULL);
	}
	return false;
}

static long long
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

/* Waits until the client has closed its side, or nothing leaves any more. */
static void
linger(void)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	long long since = now();
	char ignored[4096];
	int last = -1, left;

	while (!told_to_leave && now() - since < LINGER) {
		if (poll(&input, 1, 20) == 1) {
			ssize_t n = read(STDIN_FILENO, ignored, sizeof(ignored));

			if (n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR))
				return;
		}
		if (ioctl(STDOUT_FILENO, FIONREAD, &left) == 0 && left != last) {
			last = left;
			since = now();
		}
	}
}

/*
 * Waits for sshd. What the processes of the connection leave behind becomes a child of this one, and is
 * reaped here: many an application is the container's first process and reaps nobody.
 */
static int
wait_for_server(void)
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
		/* from now on the number may be somebody else's: see leave() */
		if (pid == server)
			server = 0;
		waitpid(pid, &status, 0);
		if (server == 0)
			return status;
	}
}

/* What the processes of a connection leave behind becomes a child of this process. */
void
orphans_adopt(void)
{
	prctl(PR_SET_CHILD_SUBREAPER, 1);
}

/* sshd's last processes end after it; what the user left running goes to the container's first process, alive. */
void
orphans_reap(void)
{
	const struct timespec pause = { 0, 10000000 };
	pid_t pid;

	for (int i = 0; i < 100; i++) {
		while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
			;
		if (pid == -1)
			return;
		nanosleep(&pause, NULL);
	}
}

int
session_main(int argc, char **argv)
{
	struct server session = { .lock = -1 };
	int lock, log, status;
	char *line;

	umask(077);
	signal(SIGPIPE, SIG_IGN);
	if (argc != 6)
		fail("usage", "sshd session STATE ACCESS OPTIONS KEY");
	line = key_line(argv[3], argv[4], argv[5]);
	place_open(argv[2]);
	sweep_place();
	/* after "ok" the stream is the client's, and sshd could not tell it */
	if (!sshpod_has_seccomp())
		fail("start", "no seccomp filter can be installed here, and without one nobody can log in safely");
	lock = file_lock("lock.keys");
	host_key_prepare(&session.host_key);
	close(lock);
	/* nobody else's key opens this connection, and this one's no other */
	keys_add(line);
	agent_prepare();
	log = log_open();
	if (!sessions_join())
		fail_errno("directory", "%s/lock.sessions", place.name);
	if (printf("host-key %s\nok\n", session.host_key.public) < 0 || fflush(stdout) == EOF)
		return 1;

	orphans_adopt();
	if ((server = fork()) == -1)
		return 1;
	if (server == 0) {
		/* when this process is killed, nobody else would end it */
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		/* the stream's stderr is no place for a log: kubectl mixes it with its own */
		server_run(&session, "-i", log);
	}
	close(log);
	signal(SIGTERM, leave);
	status = wait_for_server();
	linger();
	orphans_reap();
	/* sshd leaves by itself, whatever the connection's end was; or something has ended it */
	return WIFEXITED(status) ? 0 : 3;
}
