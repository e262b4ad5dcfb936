/*
 * A connection that the listener has accepted goes to a process of its own (greeting.c), and sshd gets an end of a pair in
 * its place, at once, so that its banner is on its way while the client's first bytes are still coming.
 */
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sshpod.h"
#include "resume.h"

static void __attribute__((noreturn))
serve(int connection, int sshd)
{
	struct attachment stream = { .in = connection, .control = -1 };
	sigset_t none;

	setsid();
	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* neither the listener's lock nor its port: they would outlive it */
	keep_only((int [3]){ connection, sshd, place.state }, 3);
	/* two descriptors, as a stream of exec has them */
	stream.out = dup(connection);
	greeting_serve(&stream, sshd, false);
	_exit(0);
}

/*
 * Returns what sshd serves: where no process can be forked, the connection itself, which then ends with its stream.
 * Called before sshd forks, so that this process has nothing of any other connection.
 */
int
handback(int connection)
{
	int pair[2];
	pid_t pid;

	address_note(connection);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == -1)
		return connection;
	if ((pid = connections_fork()) == 0) {
		close(pair[1]);
		serve(connection, pair[0]);
	}
	close(pair[0]);
	if (pid == -1) {
		close(pair[1]);
		return connection;
	}
	close(connection);
	return pair[1];
}
