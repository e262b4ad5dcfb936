/* Starts a server: this process becomes it. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "sshpod.h"

/*
 * Gives the answer once the server listens (listener.c). Wherever the script could exec, this is the process that the
 * container runtime has started, and so the runtime reaps it. A process that "up" had forked would be left to the
 * container's first process, and many an application reaps nothing. Seen with containerd; CRI-O and Docker too are the
 * parents of what they start by exec. The caller holds both locks.
 */
void
server_start(struct server *server)
{
	int control, log;

	if (unlinkat(place.state, "port", 0) == -1 && errno != ENOENT)
		fail_errno("start", "%s/port", place.name);
	host_key_prepare(&server->host_key);
	resume_key_prepare();
	agent_prepare();
	log = log_open();
	if ((control = control_listen()) == -1)
		fail_errno("start", "%s/control", place.name);
	orphans_adopt();
	listener_activate(server, control);
	sshd_run(&server->host_key, "-D", log);
}
