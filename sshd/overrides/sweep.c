/*
 * What nobody uses any more, on a volume that outlives containers: STATE of those that are gone, releases of the bundle
 * that other versions of sshpod have left, and uploads that broke off. How it is removed safely is in unused.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sshpod.h"

enum {
	DAY = 24 * 60 * 60,		/* seconds without use */
	HOUR = 60 * 60,
};

static struct {
	int directories;		/* that may still be removed */
	long long deadline;		/* monotonic milliseconds */
	time_t before;			/* STATE beside ours goes if it was last used before */
} budget;

static bool
budget_remains(void)
{
	return budget.directories > 0 && monotonic_milliseconds() < budget.deadline;
}

/*
 * Where the place is this container's alone, any other STATE belongs to a container that is gone. Where others may have
 * theirs beside ours, an idle server may start again, and locks of another node may not be visible: such a STATE must be
 * unused for a day.
 */
static void
budget_begin(int directories, int milliseconds)
{
	budget.directories = directories;
	budget.deadline = monotonic_milliseconds() + milliseconds;
	budget.before = place_may_be_shared() ? time(NULL) - DAY : LONG_MAX;
}

/* What the installation brings into a container without a shell. */
static bool
is_tool(const char *name)
{
	return strcmp(name, "bin") == 0 || strcmp(name, "sh") == 0 || strcmp(name, "busybox") == 0;
}

/* An upload takes two minutes at most, so one that is an hour old broke off. */
static bool
sweep_beside(int bundle, const char *name)
{
	if (is_of_installation(name))
		remove_old_file(bundle, name, time(NULL) - HOUR);
	else if (place_is_name(name) && !is_tool(name) && strcmp(name, place.name) != 0)
		budget.directories -= remove_unused_state(bundle, name, budget.before);
	return budget_remains();
}

/* Of the shell and its tools: links and one file. The directory is empty by then, or has something else in it. */
static bool
sweep_tool(int directory, const char *name)
{
	struct stat st;

	if (fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return errno == ENOENT;
	if (S_ISDIR(st.st_mode))
		return unlinkat(directory, name, AT_REMOVEDIR) == 0;
	return st.st_uid == geteuid() && st.st_mtime <= time(NULL) - HOUR && unlinkat(directory, name, 0) == 0;
}

/* In a release of another version: its states go first, what an installation wrote goes last. */
static bool
sweep_state_of_release(int release, const char *name)
{
	bool removed;

	if (strcmp(name, "sshd") == 0 || strcmp(name, ".agent") == 0 || is_tool(name) || is_of_installation(name))
		return budget_remains();
	removed = place_is_name(name) && remove_unused_state(release, name, time(NULL) - DAY);
	budget.directories -= removed;
	return removed && budget_remains();
}

/* By name, so that nothing goes that has come meanwhile. */
static bool
sweep_installation(int release, const char *name)
{
	return (strcmp(name, "sshd") == 0 || is_of_installation(name)) && remove_old_file(release, name, time(NULL) - HOUR);
}

static bool
is_release(const char *name)
{
	return strlen(name) == 16 && strspn(name, "0123456789abcdef") == 16;
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
	    program.st_mtime <= time(NULL) - DAY) && visit_all(release, sweep_state_of_release) &&
	    (unlinkat(release, ".agent", AT_REMOVEDIR) == 0 || errno == ENOENT) &&
	    visit_tools(release, sweep_tool) && visit_all(release, sweep_installation))
		budget.directories -= unlinkat(above, name, AT_REMOVEDIR) == 0;
	close(release);
	return budget_remains();
}

/* Runs at every connection that goes through "up" or "session", so it is short: the next one does the rest. */
void
sweep_place(void)
{
	int above;

	budget_begin(16, 200);
	visit_all(place.bundle, sweep_beside);
	if (!budget_remains() || (above = openat(place.bundle, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		return;
	visit_all(above, sweep_release);
	close(above);
}

/* sshd sweep: every STATE that no process uses, with more time. README.md describes the answer. */
int
sweep_main(int argc, char **argv)
{
	(void)argv;
	if (argc != 2)
		fail("usage", "sshd sweep");
	place_open_bundle();
	budget_begin(INT_MAX, 5000);
	visit_all(place.bundle, sweep_beside);
	return puts("ok") < 0;
}
