/*
 * sshd up STATE IDLE ACCESS OPTIONS KEY: lets the key in where a server runs, and says how to reach it. Where none runs,
 * it prints what "sshd serve", with the same arguments, needs to become the server: the script executes that in its own
 * place. README.md describes the answers and the files.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sshpod.h"

/* The running server's answer, or NULL when none runs, or it is just exiting, or hangs: then `kill_hanging` kills it. */
static char *
ask_server(const char *line, bool kill_hanging)
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
	/* the number is its own as long as it holds the other end */
	if (answer == NULL && errno == EAGAIN && kill_hanging)
		process_signal(process, pid, SIGKILL);
	free(request);
	close(process);
	close(fd);
	return answer;
}

/* The new server lets in the keys of the last one, and this key. */
static void __attribute__((noreturn))
start_server(struct server *server, const char *line)
{
	keys_load();
	if (!keys_add(line))
		fail("key", "the key has already expired");
	if (keys_save() == -1)
		fail_errno("start", "%s/authorized_keys", place.name);
	server->first_key = line;
	server_start(server);
}

static char *
find_or_start(struct server *server, const char *line)
{
	char *answer;

	if ((server->lock = keep_open(file_open("lock.server", O_RDWR | O_CREAT))) == -1)
		fail_errno("directory", "%s/lock.server", place.name);
	for (int i = 0; i < 1000; i++) {
		/* a server that is still starting holds lock.keys, which we hold now, so one that does not answer hangs */
		if ((answer = ask_server(line, true)) != NULL)
			return answer;
		if (flock(server->lock, LOCK_EX | LOCK_NB) == 0)
			start_server(server, line);
		pause_briefly();
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
	place_create(argv[2]);
	return line;
}

static int
print_answer(const char *answer)
{
	return printf("%sok\n", answer) < 0 || fflush(stdout) == EOF;
}

/* Returns only when another process has become the server first. */
static int
serve(struct server *server, const char *line)
{
	char *answer;

	/* of several at the same moment, one becomes the server, and the others find it */
	server->keys_lock = keep_open(file_lock("lock.keys"));
	answer = find_or_start(server, line);
	close(server->keys_lock);
	return print_answer(answer);
}

int
serve_main(int argc, char **argv)
{
	struct server server = { .lock = -1, .keys_lock = -1 };
	int result;

	failure_awaits_client = true;
	result = serve(&server, prepare(&server, argc, argv));
	await_client();
	return result;
}

int
up_main(int argc, char **argv)
{
	struct server server = { .lock = -1, .keys_lock = -1 };
	char *line = prepare(&server, argc, argv), *answer, *environment;
	pid_t pid;

	sweep_place();
	if ((answer = ask_server(line, false)) != NULL)
		return print_answer(answer);
	if ((environment = environment_encode(origin.environment)) != NULL)
		return printf("start %s\n", environment) < 0 || fflush(stdout) == EOF;
	/* no script can carry this environment: fork, and the reader waits until the server has closed this stdout */
	if ((pid = fork()) == -1)
		fail_errno("start", "cannot start a process");
	if (pid != 0)
		_exit(0);
	setsid();
	return serve(&server, line);
}
