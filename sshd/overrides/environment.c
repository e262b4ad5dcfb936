/*
 * A session gets the environment the container was started with, byte for byte, and on top of it
 * what sshd sets (SSH_*, USER, HOME, TERM, ...) and what the user sent with SendEnv or SetEnv.
 */
#include <fcntl.h>
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

/*
 * Whether a session has a variable of the container. One of another user than the container's has them
 * all, as after `kubectl exec` and `su`, but where its key came with clean-environment: then it has what a
 * login has anywhere, and not the secrets that the container was given.
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
		if (!overridden(*e, envp) && is_passed_on(*e))
			merged[n++] = *e;
	for (char *const *e = envp; *e != NULL; e++)
		if (strncmp(*e, "SSHPOD_", 7) != 0)
			merged[n++] = *e;
	return merged;
}

/* Puts "NAME=fd" into text, and has the descriptor survive exec. */
static char *
inheritance(char *text, size_t size, const char *name, int fd)
{
	if (fd == -1 || fcntl(fd, F_SETFD, 0) == -1)
		return NULL;
	snprintf(text, size, "%s=%d", name, fd);
	return text;
}

/*
 * sshd's own programs start as the first did, and learn what this process holds in memory. What runs is
 * the file that runs already: the one at the path may have been removed or damaged since.
 */
int
origin_exec(const char *path, char *const argv[])
{
	static char agent[sizeof("SSHPOD_AGENT=") + sizeof(origin.agent)], keys[32], logins[32];
	bool session = strcmp(path, "sshd-session") == 0;
	char *added[] = { agent,
	    session ? inheritance(keys, sizeof(keys), "SSHPOD_KEYS", keys_hand_on()) : NULL,
	    session ? inheritance(logins, sizeof(logins), "SSHPOD_LOGINS", logins_open()) : NULL };
	size_t count = 0;
	char **environment;
	char *arguments[64] = { (char *)path };

	if (session && added[1] == NULL)
		return -1;
	/* sshd-auth speaks to strangers, and needs none of the container's secrets */
	while ((session || strcmp(path, "sshd-auth") != 0) && origin.environment[count] != NULL)
		count++;
	if ((environment = calloc(count + 4, sizeof(*environment))) == NULL)
		return -1;
	memcpy(environment, origin.environment, count * sizeof(*environment));
	snprintf(agent, sizeof(agent), "SSHPOD_AGENT=%s", origin.agent);
	for (size_t i = 0; i < sizeof(added) / sizeof(*added); i++)
		if (added[i] != NULL)
			environment[count++] = added[i];
	for (size_t i = 1; i < 63 && argv[i] != NULL; i++)
		arguments[i] = argv[i];
	syscall(SYS_umask, origin.umask);
	syscall(SYS_execve, "/proc/self/exe", arguments, environment);
	/* an emulator looks for the name that it was started with, which is one of the bundle's directory */
	if (!sshpod_emulated() || (place.bundle != -1 && fchdir(place.bundle) == -1))
		return -1;
	return (int)syscall(SYS_execve, "./sshd", arguments, environment);
}

/*
 * An emulator finds sshd-auth only from the directory of the bundle, in which it has started sshd-session:
 * that one stays there. Sessions go to the user's home, or to / when they ask once more.
 */
int
chdir(const char *path)
{
	static bool stayed;

	if (!stayed && program == &session_program && strcmp(path, "/") == 0 && sshpod_emulated()) {
		stayed = true;
		return 0;
	}
	return (int)syscall(SYS_chdir, path);
}

static bool
is_program(const char *path, const char *name)
{
	char own[64];

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

	if (is_program(path, "sshd-session"))
		return origin_exec("sshd-session", argv);
	if (is_program(path, "sshd-auth"))
		return origin_exec("sshd-auth", argv);
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
