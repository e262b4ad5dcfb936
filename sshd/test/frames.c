/* Drives frames.c and ring.c of overrides/ with bytes by chance; the argument is the seed. Fails by assert or a sanitizer. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "resume.h"
#include "ring.h"

static size_t
by_chance(size_t below)
{
	return (size_t)rand() % below;
}

/* Frames in a row, delivered in pieces of any length. */
static void
frames_survive_cuts(void)
{
	static uint8_t stream[400000];
	struct frame_reader reader = { .have = 0 };
	size_t length = 0, at = 0, expected = 0, numbers = 0, seen = 0;
	uint64_t position = 0, taken = 0;

	while (length < 200000) {
		size_t n = 1 + by_chance(FRAME_MOST_DATA);

		length += frame_header(stream + length, FRAME_DATA, n);
		for (size_t i = 0; i < n; i++)
			stream[length++] = byte_at(position++);
		length += frame_number(stream + length, by_chance(2) ? FRAME_ACK : FRAME_PING, ++numbers);
	}
	length += frame_end(stream + length, position, END_CLEAN);
	while (at < length) {
		size_t left = 1 + by_chance(by_chance(20) ? 100 : 70000);
		const uint8_t *input = stream + at;
		struct frame frame;
		enum frame_result result;

		if (left > length - at)
			left = length - at;
		at += left;
		while ((result = frame_next(&reader, &input, &left, &frame)) == FRAME_COMPLETE) {
			if (frame.type == FRAME_DATA)
				for (size_t i = 0; i < frame.length; i++)
					assert(frame.payload[i] == byte_at(taken++));
			else if (frame.type == FRAME_END)
				assert(frame_get64(frame.payload) == position && frame.payload[8] == END_CLEAN && ++seen);
			else
				assert(frame_get64(frame.payload) == ++expected);
		}
		assert(result == FRAME_INCOMPLETE && left == 0);
	}
	assert(taken == position && expected == numbers && seen == 1);
}

static void
bad_frames_are_refused(void)
{
	static const uint8_t bad[][4] = { { 0 }, { 8 }, { 255 }, { 1 }, { 1, 1, 0, 1 }, { 2, 0, 0, 7 }, { 2, 0, 0, 9 }, { 3 },
	    { 4, 1, 0, 8 }, { 5, 0, 0, 8 }, { 6, 0, 0, 1 }, { 7, 0, 0, 31 }, { 7, 0, 0, 33 }, { 2, 255, 255, 255 } };

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct frame_reader reader = { .have = 0 };
		const uint8_t *input = bad[i];
		size_t left = 4;
		struct frame frame;

		assert(frame_next(&reader, &input, &left, &frame) == FRAME_INVALID);
	}
}

/* Whatever comes, the reader reads nothing beyond it and keeps nothing that it has no room for. */
static void
nonsense_does_no_harm(void)
{
	for (int i = 0; i < 20000; i++) {
		struct frame_reader reader = { .have = 0 };

		for (int piece = 0; piece < 5; piece++) {
			size_t left = 1 + by_chance(80), length = left;
			uint8_t *bytes = malloc(length);
			const uint8_t *input = bytes;
			struct frame frame;

			for (size_t n = 0; n < length; n++)
				bytes[n] = by_chance(3) ? (uint8_t)by_chance(9) : (uint8_t)by_chance(256);
			if (piece == 0)
				bytes[0] = (uint8_t)(1 + by_chance(7));
			enum frame_result result;

			while ((result = frame_next(&reader, &input, &left, &frame)) == FRAME_COMPLETE)
				for (size_t n = 0; n < frame.length; n++)
					assert(frame.payload[n] <= 255);
			free(bytes);
			if (result == FRAME_INVALID)
				break;
		}
	}
}

static void
ring_keeps_what_is_in_it(size_t most)
{
	static uint8_t bytes[100000];
	struct ring ring = { .bytes = NULL };

	for (int i = 0; i < 3000; i++) {
		size_t n = by_chance(i % 7 == 0 ? sizeof(bytes) : 3000);

		if (n > most - ring_length(&ring))
			n = most - ring_length(&ring);
		ring_grow(&ring, n, most);
		assert(ring.room <= most);
		for (size_t at = 0; at < n; at++)
			bytes[at] = byte_at(ring.end + at);
		assert(ring_append(&ring, bytes, n));
		assert(!ring_append(&ring, bytes, ring.room - ring_length(&ring) + 1));
		if (ring_length(&ring) > 0)
			check_ring(&ring, ring.start + by_chance(ring_length(&ring)), 1 + by_chance(50000));
		ring.start += by_chance(ring_length(&ring) + 1);
		if (ring_length(&ring) == 0 && by_chance(2))
			ring_release(&ring);
	}
	check_ring(&ring, ring.start, most);
	ring_release(&ring);
}

int
main(int argc, char **argv)
{
	srand(argc > 1 ? (unsigned)atoi(argv[1]) : 1);
	frames_survive_cuts();
	bad_frames_are_refused();
	nonsense_does_no_harm();
	ring_keeps_what_is_in_it(256 * 1024);
	ring_keeps_what_is_in_it(2048 * 1024);
	ring_keeps_what_is_in_it(50000);
	return 0;
}
