/*
 * A session gets the environment that the container was started with, byte for byte, and on top of it what sshd sets
 * (SSH_*, USER, HOME, TERM, ...) and what the user sends with SendEnv or SetEnv. The one exception is PATH where the
 * bundle brings tools, for a container that has none.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sshpod.h"

static bool
is_overridden(const char *entry, char *const envp[])
{
	for (; *envp != NULL; envp++)
		if (value_in(*envp, entry) != NULL)
			return true;
	return false;
}

/*
 * Whether a session gets a variable of the container. Another user than the container's gets all of them, as after
 * `kubectl exec` and `su`, unless the key came with clean-environment: then only what any login has, and none of the
 * container's secrets.
 */
static bool
is_passed_on(const char *entry)
{
	static const char *const of_a_login[] = { "PATH=", "LANG=", "LC_", "TZ=" };

	if (!login_is_clean || getuid() == origin.uid)
		return true;
	for (size_t i = 0; i < sizeof(of_a_login) / sizeof(*of_a_login); i++)
		if (strncmp(entry, of_a_login[i], strlen(of_a_login[i])) == 0)
			return true;
	return false;
}

/* Tools of the bundle are found last, by whatever looks in PATH: what the container itself has goes first. */
static void
add_tools(char **environment)
{
	char directory[300], *longer;

	if (!origin_bundle_path(directory, sizeof(directory), "bin") || access(directory, X_OK) == -1)
		return;
	while (*environment != NULL && strncmp(*environment, "PATH=", 5) != 0)
		environment++;
	if (*environment == NULL || (*environment)[5] == '\0') {
		if (asprintf(&longer, "PATH=%s", directory) == -1)
			return;
	} else if (asprintf(&longer, "%s:%s", *environment, directory) == -1)
		return;
	*environment = longer;
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
	if ((merged = calloc(count + 2, sizeof(*merged))) == NULL)
		return NULL;
	for (char **e = origin.environment; *e != NULL; e++)
		if (!is_overridden(*e, envp) && is_passed_on(*e))
			merged[n++] = *e;
	for (char *const *e = envp; *e != NULL; e++)
		if (strncmp(*e, "SSHPOD_", 7) != 0)
			merged[n++] = *e;
	add_tools(merged);
	return merged;
}

/*
 * An emulator finds sshd-auth only from BUNDLE_DIR, where it has started sshd-session: so sshd-session ignores its first
 * chdir("/"). Sessions go to the user's home, or to / by a second call.
 */
int
chdir(const char *path)
{
	static bool stayed;

	if (!stayed && origin.role == SESSION && strcmp(path, "/") == 0 && sshpod_emulated()) {
		stayed = true;
		return 0;
	}
	return (int)syscall(SYS_chdir, path);
}

static bool
is_program(const char *path, const char *name)
{
	char own[64];

	return origin_program_path(own, sizeof(own), name) && strcmp(path, own) == 0;
}

/*
 * Everything that OpenSSH executes comes through here, execv() included. What is not a program of the bundle is the
 * user's shell: our configuration makes sshd execute nothing else.
 */
int
execve(const char *path, char *const argv[], char *const envp[])
{
	static const char no_shell[] = "sshpod: there is no shell in this container\n";
	char **environment;

	if (is_program(path, "sshd-session"))
		return handover_exec("sshd-session", argv);
	if (is_program(path, "sshd-auth"))
		return handover_exec("sshd-auth", argv);
	if (is_program(path, "sshd")) {
		if (write(STDERR_FILENO, no_shell, sizeof(no_shell) - 1) < 0)
			_exit(126);
		_exit(127);
	}
	if ((environment = session_environment(envp)) == NULL)
		return -1;
	/* "-sh" would make it a login shell, and /etc/profile of most images resets the PATH that the image has set. */
	if (argv[0] != NULL && argv[0][0] == '-' && argv[1] == NULL) {
		char *plain[] = { argv[0] + 1, NULL };

		return (int)syscall(SYS_execve, path, plain, environment);
	}
	return (int)syscall(SYS_execve, path, argv, environment);
}
