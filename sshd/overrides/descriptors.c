/*
 * closefrom(): sshd closes everything it did not open itself, but the listener's lock is to stay, and
 * the pipe to the "up" that waits for it.
 */
#include <dirent.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sshpod.h"

void closefrom(int);

static bool
close_span(int first, unsigned last)
{
	return last < (unsigned)first || syscall(SYS_close_range, first, last, 0) == 0;
}

/* For kernels before 5.9, and seccomp profiles that do not know close_range. */
static void
close_one_by_one(int low, int keep, int keep_too)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;

	if (dir == NULL) {
		for (int fd = low; fd < 1024; fd++)
			if (fd != keep && fd != keep_too)
				close(fd);
		return;
	}
	while ((entry = readdir(dir)) != NULL) {
		int fd = atoi(entry->d_name);

		if (entry->d_name[0] != '.' && fd >= low && fd != keep && fd != keep_too &&
		    fd != dirfd(dir))
			close(fd);
	}
	closedir(dir);
}

void
closefrom(int low)
{
	int first, second;

	listener_descriptors(&first, &second);
	if (first > second) {
		int other = first;

		first = second;
		second = other;
	}
	/* around the two; one that is -1 or below low leaves an empty span */
	if (!close_span(low, first > 0 ? (unsigned)first - 1 : 0) ||
	    !close_span(first >= low ? first + 1 : low, second > 0 ? (unsigned)second - 1 : 0) ||
	    !close_span(second >= low ? second + 1 : low, ~0U))
		close_one_by_one(low, first, second);
}
