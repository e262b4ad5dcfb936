/* A ring keeps what is between two positions, whatever its memory goes through. */
#include <assert.h>
#include <stdlib.h>

#include "resume.h"
#include "ring.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

enum { MOST = 100 * 1024 };

static void
fill(struct ring *ring, size_t length)
{
	static uint8_t bytes[MOST + 1];

	for (size_t i = 0; i < length; i++)
		bytes[i] = byte_at(ring->end + i);
	assert(ring_append(ring, bytes, length) || ring->room - ring_length(ring) < length);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct ring ring = { .bytes = NULL };

	for (; length >= 3; bytes += 3, length -= 3) {
		size_t n = (size_t)bytes[1] << 8 | bytes[2];

		switch (bytes[0] % 5) {
		case 0:
			ring_grow(&ring, n, MOST);
			break;
		case 1:
			fill(&ring, n);
			break;
		case 2:
			ring.start += n % (ring_length(&ring) + 1);
			break;
		case 3:
			check_ring(&ring, ring.start + n % (ring_length(&ring) + 1), 1 + bytes[0] * 100U);
			break;
		case 4:
			if (ring_length(&ring) == 0)
				ring_release(&ring);
			break;
		}
		assert(ring.room <= MOST && ring_length(&ring) <= ring.room);
	}
	check_ring(&ring, ring.start, MOST);
	ring_release(&ring);
	return 0;
}
