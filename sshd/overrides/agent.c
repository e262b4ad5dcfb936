/* Where the socket of a forwarded agent goes (OpenSSH's session.c asks, see patches/session.patch). */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sshpod.h"

char *sshpod_agent_template(void);

/* Only where the bundle is in /tmp too: the script has checked that this place is not another container's volume. */
static bool
tmp_is_usable_by_all(void)
{
	struct stat st;

	return stat("/tmp", &st) == 0 && place_holds_bundle(&st) && eaccess("/tmp", W_OK | X_OK) == 0 &&
	    (!origin.privileged || (st.st_mode & 0003) == 0003) && place_is_trusted("/tmp");
}

static bool
let_others_pass(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 &&
	    ((st.st_mode & 0111) == 0111 || fchmod(fd, (st.st_mode | 0111) & 07777) == 0);
}

/*
 * Below /tmp as with sshd, or below BUNDLE_DIR/.agent where /tmp cannot be written (read-only root file system), or where
 * others could exchange what is in it. Not in STATE, which is closed to the other users of root's container. We made
 * every directory on the way, and others cannot write there (place.c), so the path keeps leading to the same one.
 */
void
agent_prepare(void)
{
	int above;

	if (tmp_is_usable_by_all())
		return;
	if (mkdirat(place.bundle, ".agent", 0700) == 0 &&
	    fchmodat(place.bundle, ".agent", origin.privileged ? 01733 : 0700, 0) == -1)
		fail_errno("directory", ".agent");
	if (origin.privileged) {
		above = openat(place.bundle, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (above == -1 || !let_others_pass(above) || !let_others_pass(place.bundle))
			fail_errno("directory", ".agent");
		close(above);
	}
	if (!origin_bundle_path(origin.agent, sizeof(origin.agent), ".agent"))
		fail("directory", "no path leads to .agent");
}

/* A template for mkdtemp(), which sshd calls with the user's rights. */
char *
sshpod_agent_template(void)
{
	char *template;

	if (asprintf(&template, "%s/ssh-XXXXXXXXXX", origin.agent[0] != '\0' ? origin.agent : "/tmp") < 0)
		_exit(1);
	return template;
}
