/*
 * Removes a STATE that no process uses, or a file that an installation has left (sweep.c decides which).
 *
 * We remove only files that we name ourselves, in directories that are ours and were opened without following a link,
 * under the locks that their users would hold, and then the directory if it is empty. A directory that has anything else
 * in it stays whole. So nobody can make us remove what they could not remove themselves.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sshpod.h"

enum {
	HOUR = 60 * 60,
	MOST_ENTRIES = 1024,		/* that we look at in one directory */
};

/* Visits each name in the directory until a visit returns false. True when all names were visited, and all returned true. */
bool
visit_all(int directory, visitor *visit)
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

/* Opens a directory that is ours alone, on the same file system as the one that it is in. Returns -1 for any other. */
int
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
	    "lock.sessions", "lock.keys", "logins", "logins.old", "log", "resume_key" };

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

static time_t last_written;	/* to a file that is_ours() has seen */

/* A socket of a connection that can be resumed: no process has it, where nobody holds lock.sessions. */
static bool
is_meeting(int directory, const char *name)
{
	struct stat st;

	return strspn(name, "0123456789abcdef") == 32 && name[32] == '\0' &&
	    fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISSOCK(st.st_mode) && st.st_uid == geteuid();
}

static bool
remove_if_meeting(int directory, const char *name)
{
	return is_meeting(directory, name) && unlinkat(directory, name, 0) == 0;
}

/* What `visit` says of all in STATE/resume. */
static bool
visit_meetings(int state, visitor *visit)
{
	struct stat st;
	int directory = open_own(state, "resume", &st);
	bool all = directory != -1 && visit_all(directory, visit);

	if (all && st.st_mtime > last_written)
		last_written = st.st_mtime;
	close(directory);
	return all;
}

/* Whether it is a file of ours by name and owner. */
static bool
is_ours(int state, const char *name)
{
	struct stat st;

	if (strcmp(name, "resume") == 0)
		return visit_meetings(state, is_meeting);
	if (!is_file_of_state(name) || fstatat(state, name, &st, AT_SYMLINK_NOFOLLOW) == -1 ||
	    S_ISDIR(st.st_mode) || st.st_uid != geteuid())
		return false;
	if (st.st_mtime > last_written)
		last_written = st.st_mtime;
	return true;
}

static bool
remove_if_ours(int state, const char *name)
{
	if (strcmp(name, "resume") == 0)
		return visit_meetings(state, remove_if_meeting) && unlinkat(state, name, AT_REMOVEDIR) == 0;
	return is_ours(state, name) && unlinkat(state, name, 0) == 0;
}

/* Takes a lock that a user of STATE would hold, without waiting. Without the file, nobody holds it. */
static bool
take_lock(int state, const char *name, bool by_flock, int *fd)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	*fd = openat(state, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (*fd == -1)
		return errno == ENOENT;
	return (by_flock ? flock(*fd, LOCK_EX | LOCK_NB) : fcntl(*fd, F_SETLK, &lock)) == 0;
}

/* Whether everything in STATE is ours, and was last written to before that time. */
static bool
is_unused(int state, time_t before)
{
	struct stat st;

	if (fstat(state, &st) == -1)
		return false;
	last_written = st.st_mtime;
	/* a STATE that is just being made has no lock yet */
	if (fstatat(state, "lock.keys", &st, AT_SYMLINK_NOFOLLOW) == -1 && before > time(NULL) - HOUR)
		before = time(NULL) - HOUR;
	return visit_all(state, is_ours) && last_written <= before;
}

/*
 * Removes STATE if no process uses it, and none has since that time. We look before we take the locks, so that nobody
 * finds them taken without need, and again while we hold them.
 */
bool
remove_unused_state(int bundle, const char *name, time_t before)
{
	int keys = -1, server = -1, sessions = -1, state;
	struct stat st;
	bool removed;

	if ((state = open_own(bundle, name, &st)) == -1)
		return false;
	removed = is_unused(state, before) && take_lock(state, "lock.keys", true, &keys) &&
	    take_lock(state, "lock.server", true, &server) && take_lock(state, "lock.sessions", false, &sessions) &&
	    is_unused(state, before) && visit_all(state, remove_if_ours) &&
	    unlinkat(bundle, name, AT_REMOVEDIR) == 0;
	close(sessions);
	close(server);
	close(keys);
	close(state);
	return removed;
}

/*
 * Visits the links to the tools, `bin` itself where that is all that it has, the link to the shell, and the shell: what
 * the installation brings into a container that has none. True when each visit returned true, or nothing is there.
 */
bool
visit_tools(int directory, visitor *visit)
{
	static const char *const names[] = { "bin", "sh", "busybox" };
	struct stat st;
	int bin = open_own(directory, "bin", &st);
	bool all = bin == -1 || visit_all(bin, visit);

	close(bin);
	for (size_t i = 0; all && i < sizeof(names) / sizeof(*names); i++)
		all = visit(directory, names[i]);
	return all;
}

/* Whether install.sh makes files of that name in BUNDLE_DIR, beside the program. */
bool
is_of_installation(const char *name)
{
	return strncmp(name, "upload.", 7) == 0 || strncmp(name, "try.", 4) == 0;
}

bool
remove_old_file(int directory, const char *name, time_t before)
{
	struct stat st;

	return fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
	    st.st_uid == geteuid() && st.st_mtime <= before && unlinkat(directory, name, 0) == 0;
}
