/*
 * What a stream has between two positions, for a receiver that may ask for it again. Positions count the bytes of the whole
 * connection. The memory grows with what is in it, and goes back to the system when nothing is.
 *
 * No I/O: sshd/test feeds this file without a server.
 */
#include <string.h>
#include <sys/mman.h>

#include "resume.h"

size_t
ring_length(const struct ring *ring)
{
	return (size_t)(ring->end - ring->start);
}

/* The bytes from a position on, in one or two pieces. Returns how many pieces. */
static int
pieces(const struct ring *ring, uint64_t from, size_t length, struct iovec piece[2])
{
	size_t at, first;

	if (length == 0)
		return 0;
	at = (size_t)(from % ring->room);
	first = ring->room - at < length ? ring->room - at : length;
	piece[0] = (struct iovec){ ring->bytes + at, first };
	piece[1] = (struct iovec){ ring->bytes, length - first };
	return first < length ? 2 : 1;
}

/* Doubles the memory until so many bytes are free, up to `most`. What there is may be less, and nothing has been lost. */
void
ring_grow(struct ring *ring, size_t wanted, size_t most)
{
	size_t room = ring->room;
	struct ring larger = *ring;
	struct iovec piece[2];
	int n;

	while (room - ring_length(ring) < wanted && room < most)
		room = room == 0 ? RING_LEAST : room * 2;
	if (room > most)
		room = most;
	if (room <= ring->room)
		return;
	larger.room = room;
	larger.bytes = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (larger.bytes == MAP_FAILED)
		return;
	larger.end = larger.start;
	n = pieces(ring, ring->start, ring_length(ring), piece);
	for (int i = 0; i < n; i++)
		ring_append(&larger, piece[i].iov_base, piece[i].iov_len);
	ring_release(ring);
	*ring = larger;
}

/* Gives the memory back. The caller needs nothing of what is in it any more. */
void
ring_release(struct ring *ring)
{
	if (ring->bytes != NULL)
		munmap(ring->bytes, ring->room);
	ring->bytes = NULL;
	ring->room = 0;
}

/* Where the next bytes go, at most so many; ring->end moves when they are there. Returns how many pieces. */
int
ring_space(const struct ring *ring, size_t most, struct iovec piece[2])
{
	size_t space = ring->room - ring_length(ring);

	return pieces(ring, ring->end, space < most ? space : most, piece);
}

/* What is there from a position on, at most so many bytes. Returns how many pieces. */
int
ring_data(const struct ring *ring, uint64_t from, size_t most, struct iovec piece[2])
{
	size_t length = (size_t)(ring->end - from);

	return pieces(ring, from, length < most ? length : most, piece);
}

/* False where there is no room for them. */
bool
ring_append(struct ring *ring, const void *bytes, size_t length)
{
	struct iovec piece[2];
	int n;

	if (ring->room - ring_length(ring) < length)
		return false;
	n = pieces(ring, ring->end, length, piece);
	for (int i = 0; i < n; i++) {
		memcpy(piece[i].iov_base, bytes, piece[i].iov_len);
		bytes = (const char *)bytes + piece[i].iov_len;
	}
	ring->end += length;
	return true;
}
