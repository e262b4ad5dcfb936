/*
 * Where the bundle is, and STATE in it. Whoever can write to one of these directories, or exchange one
 * for another, decides who logs in as us: so each up to the root is looked at, by descriptor, and
 * everything after is reached from the descriptors that have been looked at, never by a path.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sshpod.h"

enum { DEEPEST = 128 };		/* directories above one another: more is none of ours */

struct place place = { .bundle = -1, .state = -1 };

/* For people: the name that the directory has just now. */
void
place_path(int fd, char *path, size_t size)
{
	char link[32];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, size - 1);
	path[n > 0 ? n : 0] = '\0';
}

static bool
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

/* Likewise one above: others may write there only where the sticky bit keeps them from what is ours. */
static const char *
fault_of_ancestor(const struct stat *st)
{
	const char *private = getenv("SSHPOD_PRIVATE");

	if (st->st_uid != 0 && st->st_uid != geteuid())
		return "belongs to another user";
	if ((st->st_mode & 022) == 0 || (st->st_mode & S_ISVTX) != 0)
		return NULL;
	/*
	 * An emptyDir is 0777. The script has found that no other container mounts it, and where the
	 * container does not run as root, nobody in it has another UID.
	 */
	if (geteuid() != 0 && private != NULL && strcmp(private, "1") == 0)
		return NULL;
	/* the user trusts everybody there (shared-places: allow) */
	if (private != NULL && strcmp(private, "any") == 0)
		return NULL;
	return "can be written by others, who could exchange what is in it";
}

/*
 * Looks at the directory and at all above it. Returns what is wrong, with the name of the one in
 * `path`, or NULL. The first `own` of them must be ours alone.
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
			fault = "is too deep";
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

/* Whether nobody else can exchange what is below this directory. */
bool
place_is_trusted(const char *name)
{
	char ignored[512];
	int fd = open(name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	bool trusted = fd != -1 && fault_of_chain(fd, 0, ignored, sizeof(ignored)) == NULL;

	close(fd);
	return trusted;
}

/* Whether this is the directory in which `sshpod` is. */
bool
place_is_in(const struct stat *directory)
{
	struct stat st;

	return fstatat(place.bundle, "../..", &st, 0) == 0 && same_file(&st, directory);
}

/* BUNDLE_DIR is where the program was started. It and the directory above, `sshpod`, are ours alone. */
void
place_open_bundle(void)
{
	char path[512];
	const char *fault;

	if ((place.bundle = keep_open(open(".", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC))) == -1)
		fail_errno("place", "the working directory");
	if ((fault = fault_of_chain(place.bundle, 2, path, sizeof(path))) != NULL)
		fail("place", "%s %s", path, fault);
}

/* Whether STATE may have it. */
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

/* Whether there is such a STATE: then this process works there. */
bool
place_find(const char *name)
{
	check_name(name);
	place_open_bundle();
	return enter_state();
}

/* The same, and creates it where it is missing. */
void
place_open(const char *name)
{
	if (place_find(name))
		return;
	if (mkdirat(place.bundle, place.name, 0700) == -1 && errno != EEXIST)
		fail_errno("directory", "%s", place.name);
	if (!enter_state())
		fail_errno("directory", "%s", place.name);
}

/* Whether STATE is still the one that this process works in: it may have been removed, and made again. */
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
