/* Whatever comes: the parser reads nothing beyond it, and finds the same frames wherever it is cut. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "resume.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* What is found: of data the bytes, wherever they are cut too; of others the frame. */
struct found {
	uint8_t *bytes;
	size_t length;
	enum frame_result result;
};

static struct found
parse(const uint8_t *bytes, size_t length, size_t piece)
{
	struct frame_reader reader = { .have = 0 };
	struct found found = { malloc(length + 1), 0, FRAME_INCOMPLETE };

	for (size_t at = 0; at < length && found.result != FRAME_INVALID; at += piece) {
		size_t left = length - at < piece ? length - at : piece;
		/* of its own, so that a sanitizer sees what is read beyond it */
		uint8_t *copy = malloc(left);
		const uint8_t *input = memcpy(copy, bytes + at, left);
		struct frame frame;

		while ((found.result = frame_next(&reader, &input, &left, &frame)) == FRAME_COMPLETE) {
			if (frame.type != FRAME_DATA)
				found.bytes[found.length++] = frame.type;
			memcpy(found.bytes + found.length, frame.payload, frame.length);
			found.length += frame.length;
			assert(found.length <= length);
		}
		assert(found.result == FRAME_INVALID || left == 0);
		free(copy);
	}
	return found;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct found whole, cut;

	if (length < 2)
		return 0;
	whole = parse(bytes + 1, length - 1, length);
	cut = parse(bytes + 1, length - 1, 1 + bytes[0] % 40);
	assert(whole.length == cut.length && whole.result == cut.result && memcmp(whole.bytes, cut.bytes, cut.length) == 0);
	free(whole.bytes);
	free(cut.bytes);
	return 0;
}
