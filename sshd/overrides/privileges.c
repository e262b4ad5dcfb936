/*
 * Privileges inside a container: root may have lost the capabilities that OpenSSH's privilege
 * separation needs, and the groups the container was given (fsGroup) must not get lost.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sshpod.h"

/* True for root that can become another user and lock the pre-authentication process away. */
bool
has_switch_capabilities(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2] = { { 0 } };
	const unsigned needed = 1U << CAP_SETGID | 1U << CAP_SETUID | 1U << CAP_SYS_CHROOT;

	if (geteuid() != 0 || syscall(SYS_capget, &header, data) == -1)
		return false;
	return (data[0].effective & needed) == needed && ids_mapped(65534, 65534);
}

static bool
id_mapped(const char *map, unsigned id)
{
	char line[128];
	unsigned inside, outside, count;
	bool found = false;
	FILE *f = fopen(map, "re");

	if (f == NULL)
		return true;	/* no user namespaces */
	while (!found && fgets(line, sizeof(line), f) != NULL)
		found = sscanf(line, "%u %u %u", &inside, &outside, &count) == 3 &&
		    id >= inside && id - inside < count;
	fclose(f);
	return found;
}

/* In a user namespace (hostUsers: false, rootless) only mapped ids can be taken on. */
bool
ids_mapped(uid_t uid, gid_t gid)
{
	return id_mapped("/proc/self/uid_map", uid) && id_mapped("/proc/self/gid_map", gid);
}

/* Without capabilities only the root directory stays open to the process; seccomp still applies. */
int
chroot(const char *path)
{
	return origin.privileged ? (int)syscall(SYS_chroot, path) : 0;
}

/* sshd clears the groups as it starts: they are the container's, and the sessions' by right. */
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
	if (is_own_name(name))
		return (int)syscall(SYS_setgroups, origin.ngroups, origin.groups);
	if ((groups = calloc(MOST, sizeof(*groups))) == NULL)
		return -1;
	if (getgrouplist(name, gid, groups, &count) >= 0)
		result = (int)syscall(SYS_setgroups, count, groups);
	free(groups);
	return result;
}

/*
 * A terminal whose owner cannot be changed (no CAP_CHOWN, or a read-only /dev) still works through
 * its descriptor: sshd would end the connection.
 */
int
chown(const char *path, uid_t uid, gid_t gid)
{
	int result = (int)syscall(SYS_fchownat, AT_FDCWD, path, uid, gid, 0);

	return result == -1 && strncmp(path, "/dev/pts/", 9) == 0 ? 0 : result;
}
