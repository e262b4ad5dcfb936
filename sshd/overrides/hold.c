/*
 * sshd hold UID GID: makes this process one whose root directory the processes of another container may use. They share
 * our PID namespace and are executed out of /proc/PID/root here. For that the kernel wants this process to have their UID
 * and GID, no capability that they have not, and to be dumpable (ptrace(2)).
 *
 * It runs as the main process of an ephemeral container, which starts as root where nobody knew beforehand as whom.
 */
#include <errno.h>
#include <limits.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sshpod.h"

enum {
	UNUSED = 600,			/* seconds in which somebody must come */
	BETWEEN_LOOKS = 60,
};

/* There as long as a server runs out of this container. */
static const char live[] = "/tmp/sshpod/live";

static unsigned
parse_id(const char *text)
{
	char *end;
	unsigned long id;

	errno = 0;
	id = strtoul(text, &end, 10);
	/* the last is the kernel's "no change" */
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || id >= UINT_MAX)
		fail("usage", "sshd hold UID GID");
	return (unsigned)id;
}

static void
become(uid_t uid, gid_t gid)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct none[2] = { { 0 } };

	/* without the capability there are only the groups of the pod, which do no harm */
	syscall(SYS_setgroups, 0, NULL);
	if ((gid != getgid() || gid != getegid()) && setresgid(gid, gid, gid) == -1)
		fail_errno("start", "cannot become group %u", gid);
	if ((uid != getuid() || uid != geteuid()) && setresuid(uid, uid, uid) == -1)
		fail_errno("start", "cannot become user %u", uid);
	if (syscall(SYS_capset, &header, none) == -1)
		fail_errno("start", "cannot give up the capabilities");
	if (prctl(PR_SET_DUMPABLE, 1) == -1)
		fail_errno("start", "cannot let others see this process");
}

static void
end(int signal)
{
	(void)signal;
	_exit(0);
}

int
hold_main(int argc, char **argv)
{
	if (argc != 4)
		fail("usage", "sshd hold UID GID");
	signal(SIGTERM, end);
	become(parse_id(argv[2]), parse_id(argv[3]));
	/* in /proc/PID/comm, where the script waits for it */
	prctl(PR_SET_NAME, "sshpod-hold");
	for (unsigned left = UNUSED; left > 0;)
		left = sleep(left);
	while (access(live, F_OK) == 0)
		sleep(BETWEEN_LOOKS);
	return 0;
}
