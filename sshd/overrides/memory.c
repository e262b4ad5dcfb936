/*
 * How much memory a connection may take. It counts towards the container's limit, and where that is small, the kernel
 * might kill the application. patches/memory.patch sizes windows and buffers by this.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "sshpod.h"

enum {
	KIB = 1024,
	MIB = 1024 * KIB,
	TIGHT = 64 * MIB,		/* up to this limit */
};

unsigned sshpod_window(void);
unsigned sshpod_chunk(void);

/* Bytes; 0 when the file cannot be read, or has no limit ("max"). */
static unsigned long long
limit_in(const char *path)
{
	char text[32];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd == -1)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return 0;
	text[n] = '\0';
	return strtoull(text, NULL, 10);
}

/* The container's own limit; 0 where there is none, or none that we can see. */
static unsigned long long
memory_limit(void)
{
	static unsigned long long limit;
	static bool known;

	if (!known) {
		if ((limit = limit_in("/sys/fs/cgroup/memory.max")) == 0)
			limit = limit_in("/sys/fs/cgroup/memory/memory.limit_in_bytes");
		known = true;
	}
	return limit;
}

static bool
is_tight(void)
{
	return memory_limit() != 0 && memory_limit() <= TIGHT;
}

/*
 * What a peer may send ahead, for each channel; we may hold as much again for a moment. OpenSSH's 2 MB keep a line of
 * 160 Mbit/s and 100 ms full; a container of 32 MiB gets 256 KiB.
 */
unsigned
sshpod_window(void)
{
	unsigned long long window = memory_limit() / 128;

	if (!is_tight())
		return 2 * MIB;
	return window < 128 * KIB ? 128 * KIB : (unsigned)window & ~(32U * KIB - 1);
}

/*
 * What a holder keeps for a client that may come back, for each direction. OpenSSH's channel window is as large, so that
 * this one is never the smaller, where there is the memory for it.
 */
unsigned
resume_window(void)
{
	unsigned long long window = memory_limit() / 16;

	if (window == 0 || window > 2 * MIB)
		return 2 * MIB;
	return window < 256 * KIB ? 256 * KIB : (unsigned)window & ~(16U * KIB - 1);
}

/* The most that is read from the network at once, or that a message of sftp carries. */
unsigned
sshpod_chunk(void)
{
	return is_tight() ? 64 * KIB : 256 * KIB;
}
