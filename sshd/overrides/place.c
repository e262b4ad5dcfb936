/*
 * Where the bundle is, and STATE in it. A user who can write to one of these directories, or exchange one for another,
 * decides who logs in as us. So we check each directory up to the root, by descriptor, and reach everything afterwards
 * from the descriptors that were checked, never by a path.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sshpod.h"

enum { DEEPEST = 128 };		/* levels of directories that we follow up to the root */

struct place place = { .bundle = -1, .state = -1 };

/* The path that the directory has at this moment, for people to read. */
void
place_path(int fd, char *path, size_t size)
{
	char link[32];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, size - 1);
	path[n > 0 ? n : 0] = '\0';
}

bool
same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* What is wrong with a directory that must be ours alone, or NULL. */
static const char *
fault_of_own(const struct stat *st)
{
	if (st->st_uid != geteuid())
		return "belongs to another user";
	return (st->st_mode & 022) != 0 ? "can be written by others" : NULL;
}

/* The same for a directory above: others may write there only where the sticky bit protects what is ours. */
static const char *
fault_of_ancestor(const struct stat *st)
{
	const char *private = getenv("SSHPOD_PRIVATE");

	if (st->st_uid != 0 && st->st_uid != geteuid())
		return "belongs to another user";
	if ((st->st_mode & 022) == 0 || (st->st_mode & S_ISVTX) != 0)
		return NULL;
	/*
	 * An emptyDir is 0777. The script has found that no other container mounts it, and where the container does not
	 * run as root, nobody in it has another UID.
	 */
	if (geteuid() != 0 && private != NULL && strcmp(private, "1") == 0)
		return NULL;
	/* the user trusts everyone who can write there (shared-places: allow) */
	if (private != NULL && strcmp(private, "any") == 0)
		return NULL;
	return "can be written by others, who could replace what is in it";
}

/*
 * Checks the directory and all above it. Returns what is wrong, with the path of that directory in `path`, or NULL. The
 * first `own` of them must be ours alone.
 */
static const char *
fault_of_chain(int fd, int own, char *path, size_t size)
{
	int current = dup(fd), above;
	struct stat st, below = { 0 };
	const char *fault = NULL;

	for (int depth = 0; ; depth++, below = st) {
		if (current == -1 || fstat(current, &st) == -1)
			fault = strerror(errno);
		else if (depth > 0 && same_file(&st, &below))
			break;		/* the root is above itself */
		else if (depth > DEEPEST)
			fault = "is nested too deeply";
		else
			fault = depth < own ? fault_of_own(&st) : fault_of_ancestor(&st);
		if (fault != NULL) {
			place_path(current, path, size);
			break;
		}
		above = openat(current, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
		close(current);
		current = above;
	}
	close(current);
	return fault;
}

/*
 * Whether other containers may have their STATE beside ours: the user has allowed that, or the caller does not say that
 * the place is this container's alone.
 */
bool
place_may_be_shared(void)
{
	const char *private = getenv("SSHPOD_PRIVATE");

	return private == NULL || strcmp(private, "any") == 0;
}

/* Whether nobody else can exchange anything below this directory. */
bool
place_is_trusted(const char *name)
{
	char ignored[512];
	int fd = open(name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	bool trusted = fd != -1 && fault_of_chain(fd, 0, ignored, sizeof(ignored)) == NULL;

	close(fd);
	return trusted;
}

/* Whether the directory is the one that has `sshpod`, and so the bundle, in it. */
bool
place_holds_bundle(const struct stat *directory)
{
	struct stat st;

	return fstatat(place.bundle, "../..", &st, 0) == 0 && same_file(&st, directory);
}

/*
 * Notes the path of BUNDLE_DIR. The kernel knows none that leads out of this container: where the bundle is reached
 * through another one's root (/proc/PID/root), the shell that has gone there knows it.
 */
static void
note_path(void)
{
	char path[sizeof(origin.bundle)];
	const char *candidates[] = { path, getenv("PWD") };
	struct stat named, own;

	place_path(place.bundle, path, sizeof(path));
	for (size_t i = 0; i < sizeof(candidates) / sizeof(*candidates); i++)
		if (candidates[i] != NULL && candidates[i][0] == '/' && strlen(candidates[i]) < sizeof(origin.bundle) &&
		    stat(candidates[i], &named) == 0 && fstat(place.bundle, &own) == 0 && same_file(&named, &own)) {
			strcpy(origin.bundle, candidates[i]);
			return;
		}
}

/* BUNDLE_DIR is where the program was started. It and the directory above, `sshpod`, must be ours alone. */
void
place_open_bundle(void)
{
	char path[512];
	const char *fault;

	if ((place.bundle = keep_open(open(".", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC))) == -1)
		fail_errno("place", "the working directory");
	if ((fault = fault_of_chain(place.bundle, 2, path, sizeof(path))) != NULL)
		fail("place", "%s %s", path, fault);
	note_path();
}

/* Whether STATE may be called that. */
bool
place_is_name(const char *name)
{
	static const char letters[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

	return name[strspn(name, letters)] == '\0' && strchr("._-", name[0]) == NULL &&
	    strlen(name) < sizeof(place.name);
}

static void
check_name(const char *name)
{
	if (!place_is_name(name))
		fail("usage", "STATE is the name of a directory below the working directory, not %s", name);
	strcpy(place.name, name);
}

static bool
enter_state(void)
{
	struct stat st;
	const char *fault;
	int fd = openat(place.bundle, place.name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd == -1 && errno == ENOENT)
		return false;
	if ((place.state = keep_open(fd)) == -1 || fstat(place.state, &st) == -1)
		fail_errno("directory", "%s", place.name);
	if ((fault = fault_of_own(&st)) != NULL)
		fail("directory", "%s %s", place.name, fault);
	if (((st.st_mode & 07777) != 0700 && fchmod(place.state, 0700) == -1) || fchdir(place.state) == -1)
		fail_errno("directory", "%s", place.name);
	return true;
}

/* Makes STATE the working directory, and returns true, if it exists. */
bool
place_enter(const char *name)
{
	check_name(name);
	place_open_bundle();
	return enter_state();
}

/* The same, but creates STATE where it is missing. */
void
place_create(const char *name)
{
	if (place_enter(name))
		return;
	if (mkdirat(place.bundle, place.name, 0700) == -1 && errno != EEXIST)
		fail_errno("directory", "%s", place.name);
	if (!enter_state())
		fail_errno("directory", "%s", place.name);
}

/* Whether STATE is still the directory that this process works in: it may have been removed, and made again. */
bool
place_is_intact(void)
{
	struct stat now, then;

	return fstatat(place.bundle, place.name, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
	    fstat(place.state, &then) == 0 && same_file(&now, &then);
}

int
place_main(int argc, char **argv)
{
	(void)argv;
	if (argc != 2)
		fail("usage", "sshd place");
	place_open_bundle();
	return puts("ok") < 0;
}
