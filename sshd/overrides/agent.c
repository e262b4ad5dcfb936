/* Where the socket of a forwarded agent goes (called by session.c through patches/session.patch). */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sshpod.h"

char *sshpod_agent_template(void);

static bool
tmp_serves_everybody(void)
{
	struct stat st;

	/*
	 * Only where the bundle is there too: that it is no volume of another container's the script has
	 * found, and of this one place alone.
	 */
	return stat("/tmp", &st) == 0 && place_is_in(&st) && eaccess("/tmp", W_OK | X_OK) == 0 &&
	    (!origin.privileged || (st.st_mode & 0003) == 0003) && place_is_trusted("/tmp");
}

static bool
let_through(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 &&
	    ((st.st_mode & 0111) == 0111 || fchmod(fd, (st.st_mode | 0111) & 07777) == 0);
}

/*
 * Below /tmp as sshd has it, or below BUNDLE_DIR/.agent where /tmp cannot be written (read-only root file
 * system), or where others could exchange what is in it. Not in STATE, which is closed to the other users
 * of root's container. What the path passes through is made by us, and closed to others (place.c), so that
 * its name stays true.
 */
void
agent_prepare(void)
{
	char path[200];
	int above;

	if (tmp_serves_everybody())
		return;
	if (mkdirat(place.bundle, ".agent", 0700) == 0 &&
	    fchmodat(place.bundle, ".agent", origin.privileged ? 01733 : 0700, 0) == -1)
		fail_errno("directory", ".agent");
	if (origin.privileged) {
		above = openat(place.bundle, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (above == -1 || !let_through(above) || !let_through(place.bundle))
			fail_errno("directory", ".agent");
		close(above);
	}
	place_path(place.bundle, path, sizeof(path));
	snprintf(origin.agent, sizeof(origin.agent), "%s/.agent", path);
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
