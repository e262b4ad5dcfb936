/*
 * Frames of a resumable connection: type u8, length u24, payload, all big-endian. README.md lists them.
 *
 * No I/O: sshd/test feeds this file without a server.
 */
#include <string.h>

#include "resume.h"

void
frame_put64(uint8_t *to, uint64_t value)
{
	for (int i = 7; i >= 0; i--, value >>= 8)
		to[i] = (uint8_t)value;
}

uint64_t
frame_get64(const uint8_t *from)
{
	uint64_t value = 0;

	for (int i = 0; i < 8; i++)
		value = value << 8 | from[i];
	return value;
}

void
frame_put32(uint8_t *to, uint32_t value)
{
	for (int i = 3; i >= 0; i--, value >>= 8)
		to[i] = (uint8_t)value;
}

uint32_t
frame_get32(const uint8_t *from)
{
	return (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 | (uint32_t)from[2] << 8 | from[3];
}

/* Writes the four bytes before a payload, and returns how many they are. */
size_t
frame_header(uint8_t *to, enum frame_type type, size_t length)
{
	to[0] = (uint8_t)type;
	to[1] = (uint8_t)(length >> 16);
	to[2] = (uint8_t)(length >> 8);
	to[3] = (uint8_t)length;
	return FRAME_HEADER;
}

/* ACK and PONG. */
size_t
frame_number(uint8_t *to, enum frame_type type, uint64_t number)
{
	frame_put64(to + frame_header(to, type, 8), number);
	return FRAME_HEADER + 8;
}

size_t
frame_end(uint8_t *to, uint64_t position, enum end_reason reason)
{
	frame_put64(to + frame_header(to, FRAME_END, 9), position);
	to[FRAME_HEADER + 8] = (uint8_t)reason;
	return FRAME_HEADER + 9;
}

static bool
length_is_valid(uint8_t type, size_t length)
{
	switch (type) {
	case FRAME_DATA:
		return length >= 1 && length <= FRAME_MOST_DATA;
	case FRAME_ACK:
	case FRAME_PING:
	case FRAME_PONG:
		return length == 8;
	case FRAME_END:
		return length == 9;
	case FRAME_BYE:
		return length == 0;
	case FRAME_ABANDON:
		return length == 32;
	default:
		return false;
	}
}

/* Moves bytes of the input to the reader until it has so many. */
static bool
collect(struct frame_reader *reader, size_t wanted, const uint8_t **input, size_t *left)
{
	size_t n = wanted - reader->have < *left ? wanted - reader->have : *left;

	memcpy(reader->bytes + reader->have, *input, n);
	reader->have += n;
	*input += n;
	*left -= n;
	return reader->have == wanted;
}

/*
 * Takes the next frame, or the next piece of a DATA frame, off the input. The payload of DATA is where the input is; that of
 * others stays valid until the next call. A frame that goes on in bytes that have not come yet is kept in the reader.
 */
enum frame_result
frame_next(struct frame_reader *reader, const uint8_t **input, size_t *left, struct frame *frame)
{
	size_t length;

	if (reader->data_left == 0) {
		if (reader->have < FRAME_HEADER && !collect(reader, FRAME_HEADER, input, left))
			return FRAME_INCOMPLETE;
		length = (size_t)reader->bytes[1] << 16 | (size_t)reader->bytes[2] << 8 | reader->bytes[3];
		if (!length_is_valid(reader->bytes[0], length))
			return FRAME_INVALID;
		if (reader->bytes[0] != FRAME_DATA) {
			if (!collect(reader, FRAME_HEADER + length, input, left))
				return FRAME_INCOMPLETE;
			reader->have = 0;
			*frame = (struct frame){ reader->bytes[0], reader->bytes + FRAME_HEADER, length };
			return FRAME_COMPLETE;
		}
		reader->have = 0;
		reader->data_left = length;
	}
	if (*left == 0)
		return FRAME_INCOMPLETE;
	length = reader->data_left < *left ? reader->data_left : *left;
	*frame = (struct frame){ FRAME_DATA, *input, length };
	reader->data_left -= length;
	*input += length;
	*left -= length;
	return FRAME_COMPLETE;
}
