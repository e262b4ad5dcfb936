/* The linker gives calls of poll() and syscall() to this file (--wrap). */
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "sshpod.h"
#include "pretend.h"

enum { MOST_WAITS = 1000000 };		/* more of them are a loop that does nothing */

struct pretend pretend = { .now = 1000000 };
struct place place;

int __real_poll(struct pollfd *, nfds_t, int);
int __wrap_poll(struct pollfd *, nfds_t, int);
long __wrap_syscall(long, ...);
void setproctitle(const char *, ...);

long long
monotonic_milliseconds(void)
{
	return pretend.now;
}

long long
boottime_milliseconds(void)
{
	return pretend.now;
}

/* In so many milliseconds, or when somebody waits without limit. */
void
pretend_later(long long milliseconds, void (*event)(void))
{
	pretend.event_at = pretend.now + milliseconds;
	pretend.event = event;
}

int
__wrap_poll(struct pollfd *fds, nfds_t n, int timeout)
{
	void (*event)(void);
	long long until = pretend.now + timeout;
	int ready;

	if (++pretend.waits > MOST_WAITS) {
		fputs("it waits again and again, and nothing happens\n", stderr);
		abort();
	}
	while ((ready = __real_poll(fds, n, 0)) == 0) {
		event = pretend.event;
		if (event != NULL && (timeout < 0 || pretend.event_at <= until)) {
			if (pretend.event_at > pretend.now)
				pretend.now = pretend.event_at;
			pretend.event = NULL;
			event();
		} else if (timeout < 0) {
			fputs("it waits without limit\n", stderr);
			abort();
		} else {
			pretend.now = until;
			return 0;
		}
	}
	return ready;
}

/* The only one that these files make is ppoll. */
long
__wrap_syscall(long number, ...)
{
	va_list ap;
	struct pollfd *fds;
	const struct timespec *wait;
	int n;

	if (number != SYS_ppoll)
		abort();
	va_start(ap, number);
	fds = va_arg(ap, struct pollfd *);
	n = va_arg(ap, int);
	wait = va_arg(ap, const struct timespec *);
	va_end(ap);
	return __wrap_poll(fds, (nfds_t)n, (int)(wait->tv_sec * 1000 + wait->tv_nsec / 1000000));
}

int
meeting_open(const uint8_t id[RESUME_ID])
{
	(void)id;
	pretend.is_open = true;
	return dup(STDERR_FILENO);
}

void
meeting_close(const uint8_t id[RESUME_ID])
{
	(void)id;
	pretend.is_open = false;
}

void
meeting_mark(const uint8_t id[RESUME_ID], bool paused)
{
	(void)id;
	pretend.is_paused = paused;
}

int
meeting_call(const uint8_t id[RESUME_ID], const struct meeting_message *message, const struct attachment *stream)
{
	(void)id;
	(void)message;
	(void)stream;
	errno = ENOENT;
	return -1;
}

int
meeting_answer(int listening, struct meeting_message *message, struct attachment *stream)
{
	(void)listening;
	if (pretend.message == NULL)
		return -1;
	*message = *pretend.message;
	*stream = pretend.stream;
	memcpy(stream->nonce, message->nonce, RESUME_NONCE);
	pretend.message = NULL;
	return 0;
}

void
paused_limit(void)
{
	pretend.limited++;
}

static volatile uint8_t seen;

/* A MAC of zeros is right. The parts are read, so that a sanitizer sees where they are not there. */
void
resume_mac(const uint8_t key[RESUME_KEY], const char *label, const struct iovec *parts, int count, uint8_t mac[RESUME_KEY])
{
	(void)key;
	(void)label;
	for (int i = 0; i < count; i++)
		for (size_t n = 0; n < parts[i].iov_len; n++)
			seen = ((const uint8_t *)parts[i].iov_base)[n];
	memset(mac, 0, RESUME_KEY);
}

void
client_key(const uint8_t *fingerprint, uint8_t key[RESUME_KEY])
{
	memcpy(key, fingerprint, RESUME_KEY);
}

void
resume_encode(const uint8_t *bytes, size_t length, char *text, size_t room)
{
	(void)bytes;
	(void)length;
	snprintf(text, room, "AAAAAAAAAAAAAAAAAAAAAA==");
}

unsigned
resume_window(void)
{
	return 64 * 1024;
}

bool
session_lock_hold(void)
{
	return true;
}

void
control_limit_wait(int fd, time_t seconds)
{
	(void)fd;
	(void)seconds;
}

void
orphans_reap(void)
{
}

void
setproctitle(const char *format, ...)
{
	(void)format;
}
