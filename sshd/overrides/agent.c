/* Where the socket of a forwarded agent goes (called by session.c through patches/session.patch). */
#include <stdio.h>
#include <unistd.h>

#include "sshpod.h"

char *sshpod_agent_template(void);

/*
 * A template for mkdtemp(): below /tmp as sshd has it, or, where that cannot be written (read-only
 * root file system), below STATE_DIR/agent. Asked with the user's effective ids, hence eaccess().
 */
char *
sshpod_agent_template(void)
{
	char *template;
	int n;

	if (eaccess("/tmp", W_OK | X_OK) == 0 || origin.state[0] == '\0')
		n = asprintf(&template, "/tmp/ssh-XXXXXXXXXX");
	else
		n = asprintf(&template, "%s/agent/ssh-XXXXXXXXXX", origin.state);
	if (n < 0)
		_exit(1);
	return template;
}
