/*
 * Where the process that speaks to strangers can be locked away (patches/upstream-seccomp.patch). Without a seccomp filter nobody logs in.
 *
 * An emulator in user mode (qemu, which runs containers of another architecture on many desktops) has none to offer to anybody: it
 * refuses PR_SET_SECCOMP, since a filter for the program's system calls would hit the emulator's own. What it emulates is no boundary
 * either, and the alternative would be no server there: other UID, empty root directory and resource limits remain.
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
 * The emulator shows its program as /proc/self/exe, by the name that it was started with, which no longer leads there from another
 * directory; what the kernel runs stands under the thread's own name.
 */
int
sshpod_emulated(void)
{
	char shown[512], real[512];

	return link_of("/proc/thread-self/exe", real, sizeof(real)) &&
	    (!link_of("/proc/self/exe", shown, sizeof(shown)) || strcmp(shown, real) != 0);
}

/* A filter at address 0 cannot be read; who says so has looked for it. */
int
sshpod_has_seccomp(void)
{
	return (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL, 0, 0) == -1 && errno == EFAULT) || sshpod_emulated();
}
