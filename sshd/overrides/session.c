/*
 * sshd session STATE ACCESS OPTIONS KEY: one connection over stdin and stdout, for a client that cannot reach a port.
 * Nothing listens. README.md describes the answer.
 *
 * This process gives its stream to another one (greeting.c) that can outlive it, and only waits: the runtime reaps the
 * process that it has started, and nobody else may reap that other one.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sshpod.h"
#include "resume.h"

static volatile pid_t carrier;		/* the process that has the stream; 0 once it has ended */

static void
end_carrier(int signal)
{
	if (carrier > 0)
		kill(carrier, signal);
}

/* Waits for that process, and reaps orphans meanwhile (orphans.c). */
static int
wait_for_carrier(void)
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
		/* from now on the number may be another process's, which end_carrier() must not signal */
		if (pid == carrier)
			carrier = 0;
		waitpid(pid, &status, 0);
		if (carrier == 0)
			return status;
	}
}

/*
 * Gives standard input, output and error away. While any of them is open, the exec does not end with its client, and
 * some runtimes write to a client that is gone, with all their CPU (crun#1717).
 */
static bool
give_stream_away(int log)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	bool done = null != -1 && dup2(null, STDIN_FILENO) != -1 && dup2(null, STDOUT_FILENO) != -1 &&
	    dup2(log, STDERR_FILENO) != -1;

	close(null);
	log_limit_stderr();
	return done;
}

/* The process that has the stream, and sshd below it. Answers when both are there: where no more processes may be, an error. */
static void __attribute__((noreturn))
carry(const struct host_key *host_key, const char *line, int log)
{
	struct attachment stream = { .in = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1),
	    .out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1), .control = -1 };
	int pair[2];
	pid_t sshd;

	/* a runtime that kills the exec's processes with its stream must not find this one */
	setsid();
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == -1 || (sshd = fork()) == -1)
		fail_errno("start", "cannot start a process");
	if (sshd == 0) {
		/* nobody else would end it when its holder is killed */
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		close(stream.in);
		close(stream.out);
		close(pair[0]);
		if (!give_stream_away(log) || dup2(pair[1], STDIN_FILENO) == -1 || dup2(pair[1], STDOUT_FILENO) == -1)
			_exit(1);
		close(pair[1]);
		sshd_run(host_key, "-i", log);
	}
	if (printf("host-key %s\n%sok\n", host_key->public, resume_key_line(line)) < 0 || fflush(stdout) == EOF ||
	    !give_stream_away(log))
		_exit(1);
	explicit_bzero(host_key->private, host_key->length);
	keep_only((int [4]){ stream.in, stream.out, pair[0], place.state }, 4);
	greeting_serve(&stream, pair[0], true);
	attachment_close(&stream);
	close(pair[0]);
	orphans_reap();
	_exit(0);
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
	resume_key_prepare();
	close(keys_lock);
	/* no other key opens this connection, and this key opens no other */
	keys_add(line);
	agent_prepare();
	log = log_open();
	if (!session_lock_hold())
		fail_errno("directory", "%s/lock.sessions", place.name);

	orphans_adopt();
	if ((carrier = fork()) == -1)
		fail_errno("start", "cannot start a process");
	if (carrier == 0)
		carry(&host_key, line, log);
	signal(SIGTERM, end_carrier);
	explicit_bzero(host_key.private, host_key.length);
	if (!give_stream_away(log))
		return 1;
	close(log);
	status = wait_for_carrier();
	orphans_reap();
	/* it exits by itself however the connection ends; otherwise something has killed it */
	return WIFEXITED(status) ? WEXITSTATUS(status) : 3;
}
