/*
 * Files in STATE, by name in the directory that place.c has opened: read whole, replaced whole, and trusted only where
 * nobody else can have written them.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sshpod.h"

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8U	/* Linux 6.3 */
#endif

/* Opens a regular file that is ours, closed to others, and has no second name. */
int
file_open(const char *name, int flags)
{
	struct stat st;
	int fd = openat(place.state, name, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);

	if (fd == -1)
		return -1;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() && (st.st_mode & 077) == 0 &&
	    st.st_nlink == 1)
		return fd;
	close(fd);
	errno = EPERM;
	return -1;
}

/* Reads a file of at most `most` bytes, with a NUL after it. Returns its length, or -1. */
int
file_read(const char *name, char **content, size_t most)
{
	int fd = file_open(name, O_RDONLY);
	ssize_t n = 0;
	size_t length = 0;

	if (fd == -1)
		return -1;
	if ((*content = malloc(most + 2)) == NULL) {
		close(fd);
		return -1;
	}
	while (length <= most && (n = read(fd, *content + length, most + 1 - length)) > 0)
		length += (size_t)n;
	close(fd);
	if (n < 0 || length > most) {
		free(*content);
		errno = n < 0 ? EIO : EFBIG;
		return -1;
	}
	(*content)[length] = '\0';
	return (int)length;
}

static int
write_all(int fd, const char *content, size_t length)
{
	while (length > 0) {
		ssize_t n = write(fd, content, length);

		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		content += n;
		length -= (size_t)n;
	}
	return 0;
}

/* Readers see the old content or the new one, never a part, even when the disk is full. */
int
file_replace(const char *name, const char *content, size_t length)
{
	char temporary[64];
	int fd, saved;

	snprintf(temporary, sizeof(temporary), "%s.%ld", name, (long)getpid());
	unlinkat(place.state, temporary, 0);
	fd = openat(place.state, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd == -1)
		return -1;
	if (write_all(fd, content, length) == -1 || fchmod(fd, 0600) == -1 || close(fd) == -1 ||
	    renameat(place.state, temporary, place.state, name) == -1) {
		saved = errno;
		unlinkat(place.state, temporary, 0);
		errno = saved;
		return -1;
	}
	return 0;
}

/* Locks an open file (flock). False when somebody holds the lock for that long, with EWOULDBLOCK, or when it fails. */
bool
lock_within(int fd, int milliseconds)
{
	for (; milliseconds > 0; milliseconds -= BRIEFLY) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return true;
		if (errno != EWOULDBLOCK && errno != EINTR)
			return false;
		pause_briefly();
	}
	errno = EWOULDBLOCK;
	return false;
}

/* Waits for a lock; closing it releases it. */
int
file_lock(const char *name)
{
	int fd = file_open(name, O_RDWR | O_CREAT);

	if (fd == -1)
		fail_errno("directory", "%s/%s", place.name, name);
	if (lock_within(fd, 30000))
		return fd;
	if (errno != EWOULDBLOCK)
		fail_errno("start", "%s/%s", place.name, name);
	fail("start", "another process holds %s/%s", place.name, name);
}

/* A file in memory that nobody can change, not even we: for what sshd wants to read by name. */
int
sealed_file(const char *name, const char *content, size_t length)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);

	if (fd == -1 && errno == EINVAL)
		fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd == -1)
		return -1;
	if (fchmod(fd, 0600) == 0 && write_all(fd, content, length) == 0 && lseek(fd, 0, SEEK_SET) == 0 &&
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) == 0)
		return fd;
	close(fd);
	return -1;
}
