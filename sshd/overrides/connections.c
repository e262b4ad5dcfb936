/*
 * The listener's children that are connections, counted from sshd's fork() to waitpid(). The listener also reaps what
 * they leave behind, but such processes do not count.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sshpod.h"

enum {
	EXIT_AUTH_ATTEMPTED = 5,	/* of sshd-session, in OpenSSH's srclimit.h */
	PATIENCE = 100,			/* times that connections are told to end before they are killed */
};

struct connections connections;

static pid_t listener_pid;		/* 0: no listener here */
static pid_t *open_pids;
static size_t room;

/* Makes this process the listener. */
void
connections_begin(void)
{
	listener_pid = getpid();
}

/* False in the children that the listener forks, until they have become sshd-session. */
bool
is_listener(void)
{
	return listener_pid != 0 && listener_pid == getpid();
}

/* sshd.c's fork(), for a connection (build/bundle.sh), and that of its holder. */
pid_t
connections_fork(void)
{
	size_t more = room + 16;
	pid_t pid, *larger;

	if (connections.count == room) {
		if ((larger = realloc(open_pids, more * sizeof(*larger))) == NULL)
			return -1;
		open_pids = larger;
		room = more;
	}
	if ((pid = fork()) > 0)
		open_pids[connections.count++] = pid;
	return pid;
}

static bool
forget(pid_t pid)
{
	for (size_t i = 0; i < connections.count; i++)
		if (open_pids[i] == pid) {
			open_pids[i] = open_pids[--connections.count];
			return true;
		}
	return false;
}

/* Also notes when somebody could not log in: the key may be missing here (listener.c, may_serve). */
pid_t
waitpid(pid_t which, int *status, int options)
{
	int own, *result = status != NULL ? status : &own;
	pid_t pid = (pid_t)syscall(SYS_wait4, which, result, options, NULL);

	if (pid <= 0 || !is_listener() || !forget(pid))
		return pid;
	connections.ended = monotonic_milliseconds();
	if (WIFEXITED(*result) && WEXITSTATUS(*result) == EXIT_AUTH_ATTEMPTED)
		connections.refused = connections.ended;
	return pid;
}

/* sshd does not wait for connections that are authenticated, so this does. */
bool
connections_remain(void)
{
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	return connections.count > 0;
}

/* A connection ends its own processes on SIGTERM. Its number cannot be another process's before we have waited for it. */
void
connections_signal(int signal)
{
	for (size_t i = 0; i < connections.count; i++)
		kill(open_pids[i], signal);
}

static volatile sig_atomic_t told_to_end;

static void
note_signal(int signal)
{
	(void)signal;
	told_to_end = 1;
}

/* Returns when the last connection has ended. SIGTERM is passed on to them. */
void
connections_await(void)
{
	sigset_t watched, others;
	int told = 0;

	sigemptyset(&watched);
	sigaddset(&watched, SIGTERM);
	sigaddset(&watched, SIGCHLD);
	sigprocmask(SIG_BLOCK, &watched, &others);
	sigdelset(&others, SIGTERM);
	sigdelset(&others, SIGCHLD);
	signal(SIGTERM, note_signal);
	while (connections_remain()) {
		/* "down all" sends it a hundred times a second */
		if (told_to_end)
			connections_signal(++told < PATIENCE ? SIGTERM : SIGKILL);
		told_to_end = 0;
		sigsuspend(&others);
	}
}
