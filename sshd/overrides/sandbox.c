/*
 * Whether the process that talks to strangers can be locked away (patches/upstream-seccomp.patch). Without a seccomp
 * filter nobody logs in.
 *
 * A user-mode emulator (qemu, which runs containers of another architecture on many desktops) has no filter to offer: it
 * refuses PR_SET_SECCOMP, since a filter for the program's system calls would hit the emulator's own. There we run
 * without one. What an emulator runs is not confined by it anyway, and the alternative would be no server at all; the
 * other UID, the empty root directory and the resource limits remain.
 */
#include <errno.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "sshpod.h"

static bool
link_of(const char *path, char *target, size_t size)
{
	ssize_t n = readlink(path, target, size - 1);

	if (n > 0)
		target[n] = '\0';
	return n > 0;
}

/*
 * The emulator shows its program as /proc/self/exe, by the name that it was started with, which leads elsewhere once the
 * working directory has changed. The thread's own /proc entry shows what the kernel really runs.
 */
int
sshpod_emulated(void)
{
	char shown[512], real[512];

	return link_of("/proc/thread-self/exe", real, sizeof(real)) &&
	    (!link_of("/proc/self/exe", shown, sizeof(shown)) || strcmp(shown, real) != 0);
}

/* A kernel that knows filters tries to read the one at address 0, and fails with EFAULT. */
int
sshpod_has_seccomp(void)
{
	return (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL, 0, 0) == -1 && errno == EFAULT) || sshpod_emulated();
}
