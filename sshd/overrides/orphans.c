/*
 * What the processes of a connection leave behind becomes a child of ours, and is reaped here: many an application is
 * the container's first process and reaps nothing, so that it would stay a zombie.
 */
#include <sys/prctl.h>
#include <sys/wait.h>

#include "sshpod.h"

void
orphans_adopt(void)
{
	prctl(PR_SET_CHILD_SUBREAPER, 1);
}

/* sshd's last processes end after it. What the user left running goes to the container's first process, alive. */
void
orphans_reap(void)
{
	pid_t pid;

	for (int i = 0; i < 100; i++) {
		while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
			;
		if (pid == -1)
			return;
		pause_briefly();
	}
}
