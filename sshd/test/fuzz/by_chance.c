/* Bytes by chance, where there is no libFuzzer: the argument is the seed. */
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
main(int argc, char **argv)
{
	static uint8_t bytes[4096];

	srand(argc > 1 ? (unsigned)atoi(argv[1]) : 1);
	for (int i = 0; i < 3000; i++) {
		size_t length = (size_t)rand() % sizeof(bytes);

		for (size_t n = 0; n < length; n++)
			bytes[n] = rand() % 3 ? (uint8_t)(rand() % 9) : (uint8_t)rand();
		LLVMFuzzerTestOneInput(bytes, length);
	}
	return 0;
}
