/*
 * Other processes. A process number may be another process's by the time that it is signalled; a pidfd (Linux 5.3) keeps
 * to the one that it was opened for.
 */
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sshpod.h"

/* Returns -1 before Linux 5.3. */
int
process_open(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

/* `process` is what process_open() has returned for `pid`. */
void
process_signal(int process, pid_t pid, int signal)
{
	if (process != -1)
		syscall(SYS_pidfd_send_signal, process, signal, NULL, 0);
	else
		kill(pid, signal);
}
