/*
 * STATE/lock.sessions, by which "down all" finds the processes of sessions: each holds a shared lock (fcntl), and the
 * kernel names the holder. A process loses this lock when it closes the file, by any descriptor.
 */
#include <errno.h>
#include <fcntl.h>

#include "sshpod.h"

/* Holds the lock until this process ends. */
bool
session_lock_hold(void)
{
	struct flock lock = { .l_type = F_RDLCK, .l_whence = SEEK_SET };
	int fd = file_open("lock.sessions", O_RDWR | O_CREAT);

	/* a sweep takes it for a moment */
	for (int i = 0; fd != -1 && i < 100; i++) {
		if (fcntl(fd, F_SETLK, &lock) == 0)
			return true;
		if (errno != EAGAIN && errno != EACCES)
			return false;
		pause_briefly();
	}
	return false;
}

/* Returns the process of a session, in our own numbers; 0 when there is none, -1 while a sweep has the lock. */
pid_t
session_lock_holder(int file)
{
	struct flock wanted = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	if (fcntl(file, F_GETLK, &wanted) == -1 || wanted.l_type == F_UNLCK)
		return 0;
	if (wanted.l_type != F_RDLCK)
		return -1;
	if (wanted.l_pid <= 1)
		fail("start", "a process that is not ours holds %s/lock.sessions", place.name);
	return wanted.l_pid;
}
