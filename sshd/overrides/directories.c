/*
 * Whoever can write to these directories can log in as us, and /tmp is everybody's: each must be a
 * real directory, ours, and closed to others, before anything in it is believed.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sshpod.h"

/* The path goes into sshd's configuration, where these have a meaning. */
static void
check_path(const char *path)
{
	if (path[0] != '/')
		fail("directory", "%s: not an absolute path", path);
	if (strlen(path) > 200)
		fail("directory", "%s: the path is too long", path);
	for (const char *c = path; *c != '\0'; c++)
		if (*c <= ' ' || *c > '~' || strchr("\"'\\%#*?$~{}[]", *c) != NULL)
			fail("directory", "%s: unsupported character in the path", path);
}

static mode_t
check_directory(const char *path)
{
	struct stat st;

	if (lstat(path, &st) == -1)
		fail_errno("directory", "%s", path);
	if (!S_ISDIR(st.st_mode))
		fail("directory", "%s: not a directory", path);
	if (st.st_uid != geteuid())
		fail("directory", "%s: belongs to UID %u, not to %u", path, st.st_uid, geteuid());
	if ((st.st_mode & 022) != 0)
		fail("directory", "%s: others may write to it", path);
	return st.st_mode & 07777;
}

static void
make_directory(const char *path, mode_t mode)
{
	if (mkdir(path, 0700) == -1 && errno != EEXIST)
		fail_errno("directory", "%s", path);
	if (check_directory(path) != mode && chmod(path, mode) == -1)
		fail_errno("directory", "%s", path);
}

/* Other users that root logs in read authorized_keys themselves, so they must be able to get there. */
static void
prepare_parent(const char *state)
{
	char parent[256];
	mode_t mode;

	snprintf(parent, sizeof(parent), "%s", state);
	*strrchr(parent, '/') = '\0';
	if (parent[0] == '\0')
		fail("directory", "%s: needs a directory of its own above it", state);
	mode = check_directory(parent);
	if (origin.privileged && (mode & 0111) != 0111 && chmod(parent, mode | 0111) == -1)
		fail_errno("directory", "%s", parent);
}

/* sshd starts its other two programs by these names. */
static void
link_program(const char *name)
{
	char path[512], target[8];

	snprintf(path, sizeof(path), "%s/%s", origin.bundle, name);
	if (symlink("sshd", path) == -1 && errno != EEXIST)
		fail_errno("directory", "%s", path);
	if (readlink(path, target, sizeof(target)) != 4 || memcmp(target, "sshd", 4) != 0)
		fail("directory", "%s: not a link to sshd", path);
}

/* Checks STATE_DIR, its parent and the bundle's directory, and creates what is missing in them. */
void
directories_prepare(const char *state)
{
	char agent[512];

	if (origin.bundle[0] == '\0')
		fail("usage", "sshd must be started by its absolute path");
	check_path(origin.bundle);
	check_path(state);
	check_directory(origin.bundle);
	prepare_parent(state);
	make_directory(state, 0711);
	/* agent sockets of any user, where /tmp is read-only (agent.c) */
	state_path(agent, sizeof(agent), state, "agent");
	if (mkdir(agent, 0700) == 0 && chmod(agent, origin.privileged ? 01733 : 0700) == -1)
		fail_errno("directory", "%s", agent);
	link_program("sshd-session");
	link_program("sshd-auth");
}
