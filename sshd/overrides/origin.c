/*
 * What the container gave this process. OpenSSH clears groups, tightens the umask and edits the environment while it
 * starts, so we copy everything before its main runs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sshpod.h"

struct origin origin;

/* Copies everything but SSHPOD_*, by which the client's scripts and the listener talk to our programs. */
static char **
copy_environment(char **environment)
{
	size_t count = 0, n = 0;
	char **copy;

	while (environment[count] != NULL)
		count++;
	if ((copy = calloc(count + 1, sizeof(*copy))) == NULL)
		_exit(1);
	for (size_t i = 0; i < count; i++) {
		if (strncmp(environment[i], "SSHPOD_", 7) == 0)
			continue;
		/* strdup: setproctitle() writes over the original strings */
		if ((copy[n++] = strdup(environment[i])) == NULL)
			_exit(1);
	}
	return copy;
}

/*
 * The shell that started us has added variables of its own (SHLVL, PWD, _). SSHPOD_ENVIRON names a file with the
 * environment that the runtime gave it, /proc/PID/environ, or holds that environment itself (encoding.c). Returns NULL
 * when it cannot be read.
 */
static char **
read_environment(const char *path)
{
	enum { piece = 1 << 16, most = 1 << 24 };
	size_t size = 0, count = 0;
	char *text = NULL, **environment;
	FILE *file;

	if (path != NULL && path[0] == '=')
		return environment_decode(path);
	if (path == NULL || (file = fopen(path, "re")) == NULL)
		return NULL;
	do {
		if ((text = realloc(text, size + piece + 1)) == NULL)
			_exit(1);
		size += fread(text + size, 1, piece, file);
	} while (size % piece == 0 && size != 0 && size < most && !feof(file));
	fclose(file);
	text[size] = '\0';
	for (size_t i = 0; i < size; i += strlen(text + i) + 1)
		count++;
	if (count == 0 || (environment = calloc(count + 1, sizeof(*environment))) == NULL)
		return NULL;
	count = 0;
	for (size_t i = 0; i < size; i += strlen(text + i) + 1)
		if (strchr(text + i, '=') != NULL)
			environment[count++] = text + i;
	return environment;
}

static void
copy_groups(void)
{
	int count = getgroups(0, NULL);

	if (count <= 0 || (origin.groups = calloc((size_t)count, sizeof(gid_t))) == NULL)
		return;
	count = getgroups(count, origin.groups);
	origin.ngroups = count > 0 ? count : 0;
}

void
origin_capture(char **environment)
{
	char **original = read_environment(getenv("SSHPOD_ENVIRON"));

	unsetenv("SSHPOD_ENVIRON");
	origin.uid = getuid();
	origin.gid = getgid();
	origin.umask = (mode_t)syscall(SYS_umask, 077);
	syscall(SYS_umask, origin.umask);
	copy_groups();
	origin.environment = copy_environment(original != NULL ? original : environment);
	origin.privileged = has_switch_capabilities();
}

/* The value in "NAME=value" when it is of that name, or NULL. The name may have "=value" behind it too. */
const char *
value_in(const char *entry, const char *name)
{
	size_t length = strcspn(name, "=");

	return strncmp(entry, name, length) == 0 && entry[length] == '=' ? entry + length + 1 : NULL;
}

/* Like getenv(), but from the container's environment; an empty value counts as none. */
const char *
origin_getenv(const char *name)
{
	const char *value;

	for (char **e = origin.environment; *e != NULL; e++)
		if ((value = value_in(*e, name)) != NULL)
			return value[0] != '\0' ? value : NULL;
	return NULL;
}

/*
 * The path of a program of the bundle, as the listener's configuration names it. All of them are the file that already
 * runs, whatever has become of it: execve() tells them apart by how they are spelled (environment.c).
 */
bool
origin_program_path(char *path, size_t size, const char *name)
{
	static const char *const programs[][2] = {
		{ "sshd", "/proc/self/exe" },
		{ "sshd-session", "/proc/self/./exe" },
		{ "sshd-auth", "/proc/self/././exe" },
	};

	for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++)
		if (strcmp(name, programs[i][0]) == 0)
			return (size_t)snprintf(path, size, "%s", programs[i][1]) < size;
	return false;
}

/* The path of what lies beside the program in BUNDLE_DIR, as others in this container see it. */
bool
origin_bundle_path(char *path, size_t size, const char *name)
{
	return origin.bundle[0] != '\0' && (size_t)snprintf(path, size, "%s/%s", origin.bundle, name) < size;
}

/*
 * sshd and sshd-session add 022 to the umask that they were started with. Sessions keep the container's own, sftp
 * included, which runs without another exec.
 */
mode_t
umask(mode_t mask)
{
	if (mask == (origin.umask | 022))
		mask = origin.umask;
	return (mode_t)syscall(SYS_umask, mask);
}
