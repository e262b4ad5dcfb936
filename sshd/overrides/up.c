/*
 * sshd up STATE IDLE ACCESS OPTIONS KEY: lets the key in where a server runs, and says how to reach it. Where none
 * does, it says what "sshd serve", with the same arguments, needs to become the server: the script executes that in its
 * own place. README.md describes the answers and the files.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sshpod.h"

int
parse_seconds(const char *text)
{
	char *end;
	long seconds;

	errno = 0;
	seconds = strtol(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || seconds > 31536000)
		fail("usage", "not a number of seconds: %s", text);
	return (int)seconds;
}

/* The running server's answer, or NULL when none runs, or it is just leaving, or hangs. */
static char *
ask_server(const char *line, bool replace)
{
	char *request, *answer;
	pid_t pid;
	int fd = control_connect(&pid), process;

	if (fd == -1)
		return NULL;
	process = process_open(pid);
	if (asprintf(&request, "up\n%s", line) == -1)
		fail_errno("start", "the key");
	answer = control_ask(fd, request);
	/* it has the number as long as it holds the other end */
	if (answer == NULL && errno == EAGAIN && replace)
		process_signal(process, pid, SIGKILL);
	free(request);
	close(process);
	close(fd);
	return answer;
}

/* Without a server, the keys are those of the last one and this. */
static void __attribute__((noreturn))
start(struct server *server, const char *line)
{
	keys_load();
	if (!keys_add(line))
		fail("key", "the key has expired already");
	if (keys_save() == -1)
		fail_errno("start", "%s/authorized_keys", place.name);
	server_start(server);
}

static char *
find_or_start(struct server *server, const char *line)
{
	const struct timespec pause = { 0, 10000000 };
	char *answer;

	if ((server->lock = keep_open(file_open("lock.server", O_RDWR | O_CREAT))) == -1)
		fail_errno("directory", "%s/lock.server", place.name);
	for (int i = 0; i < 1000; i++) {
		/* one that is still starting holds lock.keys, as we do now: this one hangs */
		if ((answer = ask_server(line, true)) != NULL)
			return answer;
		if (flock(server->lock, LOCK_EX | LOCK_NB) == 0)
			start(server, line);
		nanosleep(&pause, NULL);
	}
	fail("start", "another process holds %s/lock.server and does not listen", place.name);
}

static char *
prepare(struct server *server, int argc, char **argv)
{
	char *line;

	umask(077);
	signal(SIGPIPE, SIG_IGN);
	if (argc != 7)
		fail("usage", "sshd %s STATE IDLE ACCESS OPTIONS KEY", argv[1]);
	server->idle = parse_seconds(argv[3]);
	line = key_line(argv[4], argv[5], argv[6]);
	place_open(argv[2]);
	return line;
}

static int
say(const char *answer)
{
	return printf("%sok\n", answer) < 0 || fflush(stdout) == EOF;
}

/* Returns only where another server has come first. */
static int
serve(struct server *server, const char *line)
{
	char *answer;

	/* of several at the same moment one becomes the server, and the others find it */
	server->turn = keep_open(file_lock("lock.keys"));
	answer = find_or_start(server, line);
	close(server->turn);
	return say(answer);
}

int
serve_main(int argc, char **argv)
{
	struct server server = { .lock = -1, .turn = -1 };
	int result;

	answer_is_last = true;
	result = serve(&server, prepare(&server, argc, argv));
	await_client();
	return result;
}

int
up_main(int argc, char **argv)
{
	struct server server = { .lock = -1, .turn = -1 };
	char *line = prepare(&server, argc, argv), *answer, *environment;
	pid_t pid;

	sweep_place();
	if ((answer = ask_server(line, false)) != NULL)
		return say(answer);
	if ((environment = origin_encode()) != NULL)
		return printf("start %s\n", environment) < 0 || fflush(stdout) == EOF;
	/* an environment that no script can carry: whoever reads the answer waits until the server has closed this stdout */
	if ((pid = fork()) == -1)
		fail_errno("start", "cannot start a process");
	if (pid != 0)
		_exit(0);
	setsid();
	return serve(&server, line);
}
