/*
 * closefrom(): sshd closes everything that it did not open itself. What we have opened before must stay open: locks, the
 * pinned directories, files in memory.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sshpod.h"

enum { FIRST = 16, MOST = 16 };	/* sshd uses some of the numbers below itself */

void closefrom(int);

static int kept[MOST], count;	/* in ascending order */
static pid_t keeper;		/* the process that has called keep_open() */

/*
 * Moves the descriptor out of the way, and keeps it open in this process until exec. Returns its new number, or -1 with
 * the errno of the call that should have opened it.
 */
int
keep_open(int fd)
{
	int moved, i;

	if (fd == -1 || count == MOST)
		return -1;
	moved = fcntl(fd, F_DUPFD_CLOEXEC, FIRST);
	close(fd);
	if (moved == -1)
		return -1;
	for (i = count++; i > 0 && kept[i - 1] > moved; i--)
		kept[i] = kept[i - 1];
	kept[i] = moved;
	keeper = getpid();
	return moved;
}

/* A forked sshd-session runs what the user wants, and must not keep ours; a forked listener is about to become sshd-session. */
static bool
is_kept(int fd)
{
	if (keeper == 0 || (keeper != getpid() && origin.role != LISTENER))
		return false;
	for (int i = 0; i < count; i++)
		if (kept[i] == fd)
			return true;
	return false;
}

/* Closes everything in this process but standard input, output and error, and these. */
void
keep_only(const int *fds, int n)
{
	count = 0;
	for (int i = 0; i < n; i++) {
		int at = count++;

		for (; at > 0 && kept[at - 1] > fds[i]; at--)
			kept[at] = kept[at - 1];
		kept[at] = fds[i];
	}
	keeper = getpid();
	closefrom(STDERR_FILENO + 1);
}

/* For kernels before 5.9, and seccomp profiles that do not allow close_range. */
static void
close_one_by_one(int low)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;

	if (dir == NULL) {
		for (int fd = low; fd < 1024; fd++)
			if (!is_kept(fd))
				close(fd);
		return;
	}
	while ((entry = readdir(dir)) != NULL) {
		int fd = atoi(entry->d_name);

		if (entry->d_name[0] != '.' && fd >= low && !is_kept(fd) && fd != dirfd(dir))
			close(fd);
	}
	closedir(dir);
}

void
closefrom(int low)
{
	int first = low;

	for (int i = 0; i < count; i++) {
		if (kept[i] < first || !is_kept(kept[i]))
			continue;
		if (kept[i] > first && syscall(SYS_close_range, first, kept[i] - 1, 0) == -1)
			break;
		first = kept[i] + 1;
	}
	if (syscall(SYS_close_range, first, ~0U, 0) == -1)
		close_one_by_one(low);
}
