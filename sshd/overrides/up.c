/*
 * sshd up STATE_DIR IDLE_SECONDS KEY: brings the server up, or finds it up, and says how to reach it.
 * README.md describes the answer and the files.
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

static int
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

static int
open_lock(const char *state, const char *name)
{
	char path[512];
	int fd;

	state_path(path, sizeof(path), state, name);
	if ((fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) == -1)
		fail_errno("directory", "%s", path);
	return fd;
}

/* Waits for the lock without which nobody touches the keys; it is let go of by closing it. */
int
keys_lock(const char *state)
{
	int lock = open_lock(state, "lock.keys");

	while (flock(lock, LOCK_EX) == -1)
		if (errno != EINTR)
			fail_errno("start", "%s/lock.keys", state);
	return lock;
}

/* The server's file "port": the port, and the key it has in memory. NULL when it is not there yet. */
static char *
read_port(const char *state)
{
	char path[512], *content;
	int length;

	state_path(path, sizeof(path), state, "port");
	if ((length = file_read(path, &content, 1024)) == -1)
		return NULL;
	if (length < 8 || content[length - 1] != '\n' || strncmp(content, "port ", 5) != 0)
		return NULL;
	return content;
}

/* Another process holds the server's lock: it is up, or just on its way. */
static char *
wait_for_port(const char *state)
{
	const struct timespec pause = { 0, 5000000 };
	char *answer;

	for (int i = 0; i < 1000; i++) {
		if ((answer = read_port(state)) != NULL)
			return answer;
		nanosleep(&pause, NULL);
	}
	fail("start", "another server holds %s/lock.server and does not listen", state);
}

static char *
find_or_start(struct up *up)
{
	up->server_lock = open_lock(up->state, "lock.server");
	if (flock(up->server_lock, LOCK_EX | LOCK_NB) == -1) {
		if (errno != EWOULDBLOCK)
			fail_errno("start", "%s/lock.server", up->state);
		/* the server counts its idle time from here (listener.c) */
		if (futimens(up->server_lock, NULL) == -1)
			fail_errno("start", "%s/lock.server", up->state);
		return wait_for_port(up->state);
	}
	server_start(up);
	return wait_for_port(up->state);
}

int
up_main(int argc, char **argv)
{
	struct up up = { .argv = argv };
	char *port;

	umask(077);
	signal(SIGPIPE, SIG_IGN);
	if (argc != 5)
		fail("usage", "sshd up STATE_DIR IDLE_SECONDS KEY");
	up.state = argv[2];
	up.idle = parse_seconds(argv[3]);
	directories_prepare(up.state);
	/*
	 * Held until the end: a server that is about to leave because it is idle asks for it too, so
	 * the port reported here is one that stays for at least IDLE_SECONDS.
	 */
	up.lock = keys_lock(up.state);
	key_authorize(&up, argv[4]);
	port = find_or_start(&up);
	if (printf("%sok\n", port) < 0 || fflush(stdout) == EOF)
		return 1;
	return 0;
}
