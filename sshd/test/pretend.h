/*
 * What files of overrides/ find around them where they are tested without a server: a clock that jumps to the next event when
 * everybody waits, and the files whose place pretend.c takes.
 */
#ifndef PRETEND_H
#define PRETEND_H

#include <stdbool.h>
#include <stdint.h>

#include "resume.h"

struct pretend {
	long long now;			/* milliseconds, of every clock */
	void (*event)(void);		/* happens once, when all wait for so long */
	long long event_at;
	int waits;			/* that have begun */

	/* meeting.c and paused.c */
	bool is_open, is_paused;
	int limited;			/* times that paused_limit() was called */
	const struct meeting_message *message;	/* the next that comes, with this stream */
	struct attachment stream;
};
extern struct pretend pretend;

void pretend_later(long long, void (*)(void));

#endif
