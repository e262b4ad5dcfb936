/* What root can do in this container: it may have lost the capabilities that OpenSSH's privilege separation needs. */
#include <linux/capability.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sshpod.h"

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

/* In a user namespace (hostUsers: false, rootless), a process can only take on IDs that are mapped. */
bool
ids_mapped(uid_t uid, gid_t gid)
{
	return id_mapped("/proc/self/uid_map", uid) && id_mapped("/proc/self/gid_map", gid);
}

/* True for root that can become another user, and can lock the pre-authentication process away. */
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
