/*
 * What the container gave this process. OpenSSH clears groups, tightens the umask and edits the
 * environment while it starts, so everything is copied before its main runs.
 */
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sshpod.h"

struct origin origin;

/* Copies all of it but SSHPOD_*, which is how the client's scripts and the listener speak to our programs. */
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

static bool
is_plain(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || strchr("_-./:=@+", c) != NULL;
}

/*
 * The environment as a word that any shell can carry: "=", and the variables, each with a comma behind it. The shell that
 * executes "serve" takes its own /proc/PID/environ away by that. NULL when both are too much for one execve(), which
 * takes 128 KiB everywhere.
 */
char *
origin_encode(void)
{
	enum { most = 100000 };
	size_t raw = 0, length = 1;
	char *word, *to;

	for (char **e = origin.environment; *e != NULL; e++, length++) {
		for (const char *c = *e; *c != '\0'; c++)
			length += is_plain(*c) ? 1 : 3;
		raw += strlen(*e) + 1 + sizeof(char *);
	}
	if (raw + length > most || (word = to = malloc(length + 1)) == NULL)
		return NULL;
	*to++ = '=';
	for (char **e = origin.environment; *e != NULL; e++) {
		for (const char *c = *e; *c != '\0'; c++)
			if (is_plain(*c))
				*to++ = *c;
			else
				to += sprintf(to, "%%%02x", (unsigned char)*c);
		*to++ = ',';
	}
	*to = '\0';
	return word;
}

/* Reverses origin_encode(). NULL when it is not of its making. */
static char **
decode_environment(const char *word)
{
	char *text = strdup(word), *to = text, **environment;
	size_t count = 0;

	if (text == NULL || (environment = calloc(strlen(word) + 1, sizeof(*environment))) == NULL)
		_exit(1);
	for (const char *c = word + 1; *c != '\0'; c++) {
		char hex[3] = { 0 };

		if (to == text || to[-1] == '\0')
			environment[count++] = to;
		if (*c == '%' && c[1] != '\0' && c[2] != '\0') {
			memcpy(hex, c + 1, 2);
			*to++ = (char)strtol(hex, NULL, 16);
			c += 2;
		} else
			*to++ = *c == ',' ? '\0' : *c;
	}
	*to = '\0';
	return environment;
}

/*
 * The shell that the runtime started, and that started us, has added variables of its own (SHLVL,
 * PWD, _). What it was started with stands in the file SSHPOD_ENVIRON names: /proc/PID/environ; or in that
 * variable itself, as origin_encode() has it. Returns NULL when that cannot be read.
 */
static char **
read_environment(const char *path)
{
	enum { piece = 1 << 16, most = 1 << 24 };
	size_t size = 0, count = 0;
	char *text = NULL, **environment;
	FILE *file;

	if (path != NULL && path[0] == '=')
		return decode_environment(path);
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

/* A descriptor that origin_exec() has named; -1 when it has not. It goes no further than this process. */
static int
inherited(const char *name)
{
	const char *text = getenv(name);
	int fd = text != NULL ? atoi(text) : -1;

	return fd > STDERR_FILENO && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 ? fd : -1;
}

/* What origin_exec() gives to sshd-session and sshd-auth. The others believe none of it: an image may set anything. */
void
origin_receive(void)
{
	const char *agent = getenv("SSHPOD_AGENT");
	int fd;

	if (agent != NULL && strlen(agent) < sizeof(origin.agent))
		strcpy(origin.agent, agent);
	if ((fd = inherited("SSHPOD_KEYS")) != -1)
		keys_receive(fd);
	if ((fd = inherited("SSHPOD_LOGINS")) != -1)
		logins_receive(fd);
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

/* Like getenv, but of the container's environment; an empty value counts as none. */
const char *
origin_getenv(const char *name)
{
	size_t length = strlen(name);

	for (char **e = origin.environment; *e != NULL; e++)
		if (strncmp(*e, name, length) == 0 && (*e)[length] == '=')
			return (*e)[length + 1] != '\0' ? *e + length + 1 : NULL;
	return NULL;
}

/*
 * The path of a program of the bundle, as the listener's configuration names it. All are the file that
 * runs already, whatever has become of it: what differs is how execve() is asked for it (environment.c).
 */
bool
origin_bundle_path(char *path, size_t size, const char *name)
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

/*
 * sshd and sshd-session add 022 to the umask they were started with; a session is to have the
 * container's own, for sftp too, which runs without another exec.
 */
mode_t
umask(mode_t mask)
{
	if (mask == (origin.umask | 022))
		mask = origin.umask;
	return (mode_t)syscall(SYS_umask, mask);
}
