/*
 * Privileges inside a container: root may lack the capabilities that OpenSSH's privilege separation needs
 * (capabilities.c), and the groups that Kubernetes gave the container (fsGroup) must not get lost.
 */
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sshpod.h"

/* Without the capability, the process keeps its root directory. Seccomp still applies. */
int
chroot(const char *path)
{
	return origin.privileged ? (int)syscall(SYS_chroot, path) : 0;
}

/* sshd clears the groups as it starts, but sessions are entitled to the container's. */
int
setgroups(size_t n, const gid_t *groups)
{
	if (!origin.privileged || (n == 0 && origin.ngroups > 0))
		return 0;
	return (int)syscall(SYS_setgroups, n, groups);
}

/* The container's own user keeps the container's groups; others get theirs from /etc/group. */
int
initgroups(const char *name, gid_t gid)
{
	enum { MOST = 65536 };	/* NGROUPS_MAX of the kernel; musl stops at 32 */
	int count = MOST, result = -1;
	gid_t *groups;

	if (!origin.privileged)
		return 0;
	if (user_is_own(name))
		return (int)syscall(SYS_setgroups, origin.ngroups, origin.groups);
	if ((groups = calloc(MOST, sizeof(*groups))) == NULL)
		return -1;
	if (getgrouplist(name, gid, groups, &count) >= 0)
		result = (int)syscall(SYS_setgroups, count, groups);
	free(groups);
	return result;
}

/*
 * sshd would end the connection when it cannot change the owner of a terminal (no CAP_CHOWN, or a read-only /dev), but
 * such a terminal still works through its descriptor.
 */
int
chown(const char *path, uid_t uid, gid_t gid)
{
	int result = (int)syscall(SYS_fchownat, AT_FDCWD, path, uid, gid, 0);

	return result == -1 && strncmp(path, "/dev/pts/", 9) == 0 ? 0 : result;
}
