/*
 * What sshd-session and sshd-auth get from the program of ours that executes them: the container's environment and
 * umask, and descriptors of what that process holds in memory. Both ends are here.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sshpod.h"

/* Puts "NAME=fd" into text, and lets the descriptor survive exec. */
static char *
announce(char *text, size_t size, const char *name, int fd)
{
	if (fd == -1 || fcntl(fd, F_SETFD, 0) == -1)
		return NULL;
	snprintf(text, size, "%s=%d", name, fd);
	return text;
}

/* Executes one of our programs by its name. The file that already runs is used: the one at the path may be gone or damaged. */
int
handover_exec(const char *name, char *const argv[])
{
	static char agent[sizeof("SSHPOD_AGENT=") + sizeof(origin.agent)], keys[32], logins[32];
	static char bundle[sizeof("SSHPOD_BUNDLE=") + sizeof(origin.bundle)];
	bool session = strcmp(name, "sshd-session") == 0;
	char *held = session ? announce(keys, sizeof(keys), "SSHPOD_KEYS", keys_hand_on()) : NULL;
	char *added[] = { agent, bundle, address_announce(), held,
	    session ? announce(logins, sizeof(logins), "SSHPOD_LOGINS", logins_open()) : NULL };
	size_t count = 0;
	char **environment;
	char *arguments[64] = { (char *)name };

	if (session && held == NULL)
		return -1;
	/* sshd-auth talks to strangers, and needs none of the container's secrets */
	while ((session || strcmp(name, "sshd-auth") != 0) && origin.environment[count] != NULL)
		count++;
	if ((environment = calloc(count + sizeof(added) / sizeof(*added) + 1, sizeof(*environment))) == NULL)
		return -1;
	memcpy(environment, origin.environment, count * sizeof(*environment));
	snprintf(agent, sizeof(agent), "SSHPOD_AGENT=%s", origin.agent);
	snprintf(bundle, sizeof(bundle), "SSHPOD_BUNDLE=%s", origin.bundle);
	for (size_t i = 0; i < sizeof(added) / sizeof(*added); i++)
		if (added[i] != NULL)
			environment[count++] = added[i];
	for (size_t i = 1; i < 63 && argv[i] != NULL; i++)
		arguments[i] = argv[i];
	syscall(SYS_umask, origin.umask);
	syscall(SYS_execve, "/proc/self/exe", arguments, environment);
	/* an emulator looks for the file by the name it was started with, which is relative to BUNDLE_DIR */
	if (!sshpod_emulated() || (place.bundle != -1 && fchdir(place.bundle) == -1))
		return -1;
	return (int)syscall(SYS_execve, "./sshd", arguments, environment);
}

/* A descriptor that announce() has named, or -1. It goes no further than this process. */
static int
announced(const char *name)
{
	const char *text = getenv(name);
	int fd = text != NULL ? atoi(text) : -1;

	return fd > STDERR_FILENO && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 ? fd : -1;
}

/* For sshd-session and sshd-auth only. Other programs must not believe these variables: an image may set any. */
void
handover_receive(void)
{
	const char *agent = getenv("SSHPOD_AGENT"), *bundle = getenv("SSHPOD_BUNDLE");
	int fd;

	if (agent != NULL && strlen(agent) < sizeof(origin.agent))
		strcpy(origin.agent, agent);
	address_receive(getenv("SSHPOD_PORTS"));
	if (bundle != NULL && strlen(bundle) < sizeof(origin.bundle))
		strcpy(origin.bundle, bundle);
	if ((fd = announced("SSHPOD_KEYS")) != -1)
		keys_receive(fd);
	if ((fd = announced("SSHPOD_LOGINS")) != -1)
		logins_receive(fd);
}
