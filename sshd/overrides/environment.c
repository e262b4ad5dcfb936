/*
 * A session gets the environment the container was started with, byte for byte, and on top of it
 * what sshd sets (SSH_*, USER, HOME, TERM, ...) and what the user sent with SendEnv or SetEnv.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sshpod.h"

static bool
same_name(const char *a, const char *b)
{
	size_t length = strcspn(a, "=");

	return strncmp(a, b, length) == 0 && b[length] == '=';
}

static bool
overridden(const char *entry, char *const envp[])
{
	for (; *envp != NULL; envp++)
		if (same_name(*envp, entry))
			return true;
	return false;
}

static char **
session_environment(char *const envp[])
{
	size_t count = 0, n = 0;
	char **merged;

	for (char **e = origin.environment; *e != NULL; e++)
		count++;
	for (char *const *e = envp; *e != NULL; e++)
		count++;
	if ((merged = calloc(count + 1, sizeof(*merged))) == NULL)
		return NULL;
	for (char **e = origin.environment; *e != NULL; e++)
		if (!overridden(*e, envp))
			merged[n++] = *e;
	for (char *const *e = envp; *e != NULL; e++)
		if (strncmp(*e, "SSHPOD_", 7) != 0)
			merged[n++] = *e;
	return merged;
}

/*
 * sshd's own programs start as the first did, and learn where the state is. What runs is
 * the file that runs already: the one at the path may have been removed or damaged since.
 */
int
origin_exec(const char *path, char *const argv[])
{
	static char state[sizeof("SSHPOD_STATE=") + sizeof(origin.state)];
	size_t count = 0;
	char **environment;

	while (origin.environment[count] != NULL)
		count++;
	if ((environment = calloc(count + 2, sizeof(*environment))) == NULL)
		return -1;
	memcpy(environment, origin.environment, count * sizeof(*environment));
	snprintf(state, sizeof(state), "SSHPOD_STATE=%s", origin.state);
	environment[count] = state;
	syscall(SYS_umask, origin.umask);
	syscall(SYS_execve, "/proc/self/exe", argv, environment);
	return (int)syscall(SYS_execve, path, argv, environment);
}

static bool
is_program(const char *path, const char *name)
{
	char own[300];

	return origin_bundle_path(own, sizeof(own), name) && strcmp(path, own) == 0;
}

/*
 * Everything OpenSSH executes comes through here, execv() included. What is not a program of the
 * bundle is the user's shell: sessions are the only other thing this configuration ever executes.
 */
int
execve(const char *path, char *const argv[], char *const envp[])
{
	static const char no_shell[] = "sshpod: there is no shell in this container\n";
	char **environment;

	if (is_program(path, "sshd-session") || is_program(path, "sshd-auth"))
		return origin_exec(path, argv);
	if (is_program(path, "sshd")) {
		if (write(STDERR_FILENO, no_shell, sizeof(no_shell) - 1) < 0)
			_exit(126);
		_exit(127);
	}
	if ((environment = session_environment(envp)) == NULL)
		return -1;
	/*
	 * "-sh" would make it a login shell: /etc/profile of most images sets PATH anew, and what the
	 * image put there is gone.
	 */
	if (argv[0] != NULL && argv[0][0] == '-' && argv[1] == NULL) {
		char *plain[] = { argv[0] + 1, NULL };

		return (int)syscall(SYS_execve, path, plain, environment);
	}
	return (int)syscall(SYS_execve, path, argv, environment);
}
