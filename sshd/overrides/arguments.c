/* Values on the command line of our programs. */
#include <errno.h>
#include <stdlib.h>

#include "sshpod.h"

/* A year is the most. */
int
parse_seconds(const char *text)
{
	char *end;
	long seconds;

	errno = 0;
	seconds = strtol(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || seconds > 31536000)
		fail("usage", "not a number of seconds: %s", text);
	return (int)seconds;
}
