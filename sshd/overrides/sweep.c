/*
 * What nobody uses any more, on a volume that outlives containers: STATE of those that are gone, releases
 * of the bundle that other versions of sshpod have left, and uploads that broke off.
 *
 * Removed are files that we name ourselves, in directories that are ours and were opened without following
 * a link, under the locks that their users hold, and then a directory that is empty. A directory that has
 * anything else in it stays whole. So nobody can make us remove what they could not remove themselves.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sshpod.h"

enum {
	DAY = 24 * 60 * 60,		/* seconds without use */
	HOUR = 60 * 60,
	MOST_ENTRIES = 1024,		/* that are looked at in one directory */
};

static struct {
	int left;			/* directories that may be removed yet */
	long long deadline;		/* milliseconds */
	time_t before;			/* STATE beside ours goes if it was last used before */
} sweep;

/* Takes one name in an open directory; false ends the walk. */
typedef bool visitor(int, const char *);

static long long
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

/* Whether all names were visited, and every visit was true. */
static bool
each(int directory, visitor *visit)
{
	int fd = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), seen = 0;
	DIR *entries = fd != -1 ? fdopendir(fd) : NULL;
	struct dirent *entry;
	bool all = true;

	if (entries == NULL) {
		close(fd);
		return false;
	}
	while (all && (entry = readdir(entries)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			all = seen++ < MOST_ENTRIES && visit(directory, entry->d_name);
	closedir(entries);
	return all;
}

/* A directory that is ours alone, on the same file system as the one that it is in; or -1. */
static int
open_own(int above, const char *name, struct stat *st)
{
	struct stat outside;
	int fd = openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd != -1 && fstat(above, &outside) == 0 && fstat(fd, st) == 0 && st->st_uid == geteuid() &&
	    (st->st_mode & 022) == 0 && st->st_dev == outside.st_dev)
		return fd;
	close(fd);
	return -1;
}

static bool
is_file_of_state(const char *name)
{
	static const char *const files[] = { "host_key", "authorized_keys", "port", "control", "lock.server",
	    "lock.sessions", "lock.keys", "logins", "logins.old", "log" };

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		size_t length = strlen(files[i]);

		if (strncmp(name, files[i], length) == 0 && (name[length] == '\0' ||
		    /* what file_replace() was about to rename */
		    (name[length] == '.' && name[length + 1] != '\0' &&
		    name[length + 1 + strspn(name + length + 1, "0123456789")] == '\0')))
			return true;
	}
	return false;
}

static bool
is_release(const char *name)
{
	return strlen(name) == 16 && strspn(name, "0123456789abcdef") == 16;
}

static bool
is_of_installation(const char *name)
{
	return strncmp(name, "upload.", 7) == 0 || strncmp(name, "try.", 4) == 0;
}

static time_t newest;

/* Whether it is a file of ours by name and owner. Says in `newest` when something was last written. */
static bool
is_known(int state, const char *name)
{
	struct stat st;

	if (!is_file_of_state(name) || fstatat(state, name, &st, AT_SYMLINK_NOFOLLOW) == -1 ||
	    S_ISDIR(st.st_mode) || st.st_uid != geteuid())
		return false;
	if (st.st_mtime > newest)
		newest = st.st_mtime;
	return true;
}

static bool
remove_known(int state, const char *name)
{
	return is_known(state, name) && unlinkat(state, name, 0) == 0;
}

/* Takes a lock that its user would hold, without waiting. Without the file nobody does. */
static bool
take(int state, const char *name, bool of_file, int *fd)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	*fd = openat(state, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (*fd == -1)
		return errno == ENOENT;
	return (of_file ? flock(*fd, LOCK_EX | LOCK_NB) : fcntl(*fd, F_SETLK, &lock)) == 0;
}

/* Whether all in STATE is ours, and was last used before that time. */
static bool
is_unused(int state, time_t before)
{
	struct stat st;

	if (fstat(state, &st) == -1)
		return false;
	newest = st.st_mtime;
	/* one that is just being made has no lock yet */
	if (fstatat(state, "lock.keys", &st, AT_SYMLINK_NOFOLLOW) == -1 && before > time(NULL) - HOUR)
		before = time(NULL) - HOUR;
	return each(state, is_known) && newest <= before;
}

/*
 * Removes STATE if no process uses it, and none has since that time. That is looked at before the locks are taken, so that
 * nobody finds them taken by us without need, and again under them.
 */
static bool
remove_state(int bundle, const char *name, time_t before)
{
	int keys = -1, server = -1, sessions = -1, state;
	struct stat st;
	bool removed;

	if ((state = open_own(bundle, name, &st)) == -1)
		return false;
	removed = is_unused(state, before) && take(state, "lock.keys", true, &keys) &&
	    take(state, "lock.server", true, &server) && take(state, "lock.sessions", false, &sessions) &&
	    is_unused(state, before) && each(state, remove_known) && unlinkat(bundle, name, AT_REMOVEDIR) == 0;
	close(sessions);
	close(server);
	close(keys);
	close(state);
	sweep.left -= removed;
	return removed;
}

static bool
has_time(void)
{
	return sweep.left > 0 && now() < sweep.deadline;
}

/* An upload that broke off, or one that goes on: it takes two minutes at most. */
static void
remove_upload(int bundle, const char *name, time_t before)
{
	struct stat st;

	if (fstatat(bundle, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
	    st.st_uid == geteuid() && st.st_mtime <= before)
		unlinkat(bundle, name, 0);
}

static bool
sweep_beside(int bundle, const char *name)
{
	if (is_of_installation(name))
		remove_upload(bundle, name, time(NULL) - HOUR);
	else if (place_is_name(name) && strcmp(name, place.name) != 0)
		remove_state(bundle, name, sweep.before);
	return has_time();
}

/* In a release of another version: what an installation wrote is the last to go. */
static bool
sweep_other(int release, const char *name)
{
	if (strcmp(name, "sshd") == 0 || strcmp(name, ".agent") == 0 || is_of_installation(name))
		return has_time();
	return place_is_name(name) && remove_state(release, name, time(NULL) - DAY) && has_time();
}

static bool
remove_installation(int release, const char *name)
{
	struct stat st;

	/* by name, so that nothing goes that came meanwhile */
	return fstatat(release, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
	    (strcmp(name, "sshd") == 0 || is_of_installation(name)) && st.st_mtime <= time(NULL) - HOUR &&
	    unlinkat(release, name, 0) == 0;
}

static bool
sweep_release(int above, const char *name)
{
	struct stat st, own, program;
	int release;

	if (!is_release(name) || (release = open_own(above, name, &st)) == -1)
		return true;
	if (fstat(place.bundle, &own) == 0 && own.st_ino != st.st_ino && st.st_mtime <= time(NULL) - DAY &&
	    (fstatat(release, "sshd", &program, AT_SYMLINK_NOFOLLOW) == -1 ||
	    program.st_mtime <= time(NULL) - DAY) && each(release, sweep_other) &&
	    (unlinkat(release, ".agent", AT_REMOVEDIR) == 0 || errno == ENOENT) &&
	    each(release, remove_installation))
		sweep.left -= unlinkat(above, name, AT_REMOVEDIR) == 0;
	close(release);
	return has_time();
}

static void
limit(int directories, int milliseconds)
{
	sweep.left = directories;
	sweep.deadline = now() + milliseconds;
}

/*
 * On the way of a connection, so it is short: what is left over is for the next one. Where the place is this
 * container's alone, STATE of any other name is of one that is gone. Where others have theirs beside ours
 * (shared-places: allow), a server that is idle may be started again, and locks of another node
 * may not be seen: it goes when it was not used for a day.
 */
static time_t
latest_use(void)
{
	const char *private = getenv("SSHPOD_PRIVATE");

	return private == NULL || strcmp(private, "any") == 0 ? time(NULL) - DAY : LONG_MAX;
}

void
sweep_place(void)
{
	int above;

	limit(16, 200);
	sweep.before = latest_use();
	each(place.bundle, sweep_beside);
	if (!has_time() || (above = openat(place.bundle, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		return;
	each(above, sweep_release);
	close(above);
}

/* sshd sweep: the same for each STATE, whatever time it takes. README.md describes the answer. */
int
sweep_main(int argc, char **argv)
{
	(void)argv;
	if (argc != 2)
		fail("usage", "sshd sweep");
	place_open_bundle();
	limit(MOST_ENTRIES, 5000);
	sweep.before = latest_use();
	each(place.bundle, sweep_beside);
	return puts("ok") < 0;
}
