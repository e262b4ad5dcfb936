/*
 * malloc(), calloc(), realloc() and free() (the linker's --wrap), which keep a few freed blocks of the
 * size of ssh's buffers. musl asks the kernel for each of these and gives it back, which is two
 * system calls and eight page faults for each packet.
 * One thread, as in all of OpenSSH.
 */
#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
	smallest = 8 * 1024,
	largest = 512 * 1024,		/* 16 of these are the most that is kept */
	kept = 16,
};

void *__real_malloc(size_t);
void *__real_calloc(size_t, size_t);
void *__real_realloc(void *, size_t);
void __real_free(void *);
void *__wrap_malloc(size_t);
void *__wrap_calloc(size_t, size_t);
void *__wrap_realloc(void *, size_t);
void __wrap_free(void *);

static struct block {
	void *memory;			/* NULL: none */
	size_t size;
} blocks[kept];
static unsigned next;			/* to be given back, when all are taken */

static bool
is_buffer(size_t size)
{
	return size >= smallest && size <= largest;
}

/* One that fits and is at most twice as large, or NULL. */
static void *
take(size_t size)
{
	void *memory;

	for (struct block *block = blocks; block < blocks + kept; block++) {
		if (block->memory == NULL || block->size < size || block->size / 2 > size)
			continue;
		memory = block->memory;
		block->memory = NULL;
		return memory;
	}
	return NULL;
}

static void
keep(void *memory, size_t size)
{
	struct block *empty = NULL;

	for (struct block *block = blocks; block < blocks + kept; block++) {
		if (block->memory == memory)
			abort();	/* freed twice: musl's own free() would find out too */
		if (block->memory == NULL)
			empty = block;
	}
	if (empty == NULL) {
		empty = &blocks[next++ % kept];
		__real_free(empty->memory);
	}
	*empty = (struct block){ memory, size };
}

void *
__wrap_malloc(size_t size)
{
	void *memory = is_buffer(size) ? take(size) : NULL;

	return memory != NULL ? memory : __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	size_t total;
	void *memory = NULL;

	if (!__builtin_mul_overflow(count, size, &total) && is_buffer(total))
		memory = take(total);
	return memory != NULL ? memset(memory, 0, total) : __real_calloc(count, size);
}

void
__wrap_free(void *memory)
{
	size_t size = memory != NULL ? malloc_usable_size(memory) : 0;

	if (is_buffer(size))
		keep(memory, size);
	else
		__real_free(memory);
}

void *
__wrap_realloc(void *memory, size_t size)
{
	size_t old = memory != NULL ? malloc_usable_size(memory) : 0;
	void *new;

	if (!is_buffer(size) || !is_buffer(old))
		return __real_realloc(memory, size);
	if (size <= old && size >= old / 2)
		return memory;
	if ((new = __wrap_malloc(size)) == NULL)
		return NULL;
	memcpy(new, memory, size < old ? size : old);
	__wrap_free(memory);
	return new;
}
