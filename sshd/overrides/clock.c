/* Monotonic time, and the pause between two polls. */
#include <time.h>

#include "sshpod.h"

long long
monotonic_milliseconds(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

/* The same, but goes on while the machine is suspended. */
long long
boottime_milliseconds(void)
{
	struct timespec time;

	clock_gettime(CLOCK_BOOTTIME, &time);
	return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

/* Between two polls of a lock or a process, which we cannot wait for with a limit. */
void
pause_briefly(void)
{
	const struct timespec pause = { 0, BRIEFLY * 1000000L };

	nanosleep(&pause, NULL);
}
