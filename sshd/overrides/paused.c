/*
 * How many connections may be paused at once in a STATE: clients that never come back would fill the container's memory.
 * The one that has been paused longest ends.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sshpod.h"
#include "resume.h"

enum { MOST_PAUSED = 32 };

static struct {
	int count;
	struct timespec since;		/* of the oldest */
	char name[2 * RESUME_ID + 1];
} paused;

static bool
is_before(struct timespec a, struct timespec b)
{
	return a.tv_sec < b.tv_sec || (a.tv_sec == b.tv_sec && a.tv_nsec < b.tv_nsec);
}

/* meeting_mark() has set mode and time. */
static bool
count_if_paused(int directory, const char *name)
{
	struct stat st;

	if (strlen(name) != sizeof(paused.name) - 1 || strspn(name, "0123456789abcdef") != sizeof(paused.name) - 1 ||
	    fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) == -1 || !S_ISSOCK(st.st_mode) || (st.st_mode & S_IXUSR) != 0)
		return true;
	if (paused.count++ == 0 || is_before(st.st_mtim, paused.since)) {
		paused.since = st.st_mtim;
		strcpy(paused.name, name);
	}
	return true;
}

static int
digit(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

/* Called by each connection that is paused. */
void
paused_limit(void)
{
	struct meeting_message message = { .kind = MEETING_DISPLACE };
	uint8_t id[RESUME_ID];
	struct stat st;
	int directory, fd;

	for (int i = 0; i < MOST_PAUSED; i++) {
		paused.count = 0;
		if ((directory = open_own(place.state, "resume", &st)) == -1)
			return;
		visit_all(directory, count_if_paused);
		close(directory);
		if (paused.count <= MOST_PAUSED)
			return;
		for (int n = 0; n < RESUME_ID; n++)
			id[n] = (uint8_t)(digit(paused.name[2 * n]) << 4 | digit(paused.name[2 * n + 1]));
		fd = meeting_call(id, &message, NULL);
		/* one that was killed has left its socket, which is gone now */
		if (fd == -1 && errno == ENOENT)
			continue;
		close(fd);
		return;
	}
}
