/* What a ring must hold: each byte tells its position. */
#include <assert.h>

#include "resume.h"

/* The byte at a position of a stream: any two positions that are near have different neighbours. */
static inline uint8_t
byte_at(uint64_t position)
{
	return (uint8_t)(position * 2654435761U >> 13);
}

/* A piece of a ring is what was put there. */
static inline void
check_ring(const struct ring *ring, uint64_t from, size_t most)
{
	struct iovec pieces[2];
	int n = ring_data(ring, from, most, pieces);
	uint64_t position = from;

	for (int i = 0; i < n; i++)
		for (size_t at = 0; at < pieces[i].iov_len; at++)
			assert(((uint8_t *)pieces[i].iov_base)[at] == byte_at(position++));
	assert(position - from == (ring->end - from < most ? ring->end - from : most));
}
