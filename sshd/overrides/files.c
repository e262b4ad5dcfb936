/* Files in STATE_DIR: read whole, replaced whole. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sshpod.h"

void
state_path(char *path, size_t size, const char *state, const char *name)
{
	int n = snprintf(path, size, "%s/%s", state, name);

	if (n < 0 || (size_t)n >= size)
		fail("directory", "%s: the path is too long", state);
}

/* Reads a regular file of at most `most` bytes, with a NUL after it. Returns its length, or -1. */
int
file_read(const char *path, char **content, size_t most)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;
	ssize_t n = 0;
	size_t length = 0;

	if (fd == -1)
		return -1;
	*content = NULL;
	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode) || (size_t)st.st_size > most ||
	    (*content = malloc(most + 1)) == NULL) {
		close(fd);
		errno = EFBIG;
		return -1;
	}
	while (length < most && (n = read(fd, *content + length, most - length)) > 0)
		length += (size_t)n;
	close(fd);
	(*content)[length] = '\0';
	return n < 0 ? -1 : (int)length;
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

/* Readers see the old content or the new, never a part: also when the disk is full. */
int
file_replace(const char *path, const char *content, size_t length, mode_t mode)
{
	char temporary[512];
	int fd, saved;

	snprintf(temporary, sizeof(temporary), "%s.%ld", path, (long)getpid());
	unlink(temporary);
	if ((fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)) == -1)
		return -1;
	if (write_all(fd, content, length) == -1 || fchmod(fd, mode) == -1 || close(fd) == -1 ||
	    rename(temporary, path) == -1) {
		saved = errno;
		unlink(temporary);
		errno = saved;
		return -1;
	}
	return 0;
}
