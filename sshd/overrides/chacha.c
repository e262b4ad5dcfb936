/*
 * chacha_*() and poly1305_auth(), by OpenSSL's assembler, which takes a fraction of the time of OpenSSH's portable C
 * (README.md, Speed). OpenSSH's cipher-chachapoly.c makes a cipher of them.
 */
#include "includes.h"

#include <string.h>

#include "chacha.h"
#include "poly1305.h"

#include "crypto/chacha.h"
#include "crypto/poly1305.h"

/* In both, input[] is what RFC 8439 calls the state: constants, key, counter and nonce. */
enum { key = 4, counter = 12 };

void
chacha_keysetup(struct chacha_ctx *x, const u_char *k, u_int bits)
{
	if (bits != 256)
		abort();		/* OpenSSH asks for no other */
	for (int i = 0; i < 8; i++)
		x->input[key + i] = CHACHA_U8TOU32(k + 4 * i);
}

void
chacha_ivsetup(struct chacha_ctx *x, const u_char *iv, const u_char *ctr)
{
	x->input[counter] = ctr == NULL ? 0 : CHACHA_U8TOU32(ctr);
	x->input[counter + 1] = ctr == NULL ? 0 : CHACHA_U8TOU32(ctr + 4);
	x->input[counter + 2] = CHACHA_U8TOU32(iv);
	x->input[counter + 3] = CHACHA_U8TOU32(iv + 4);
}

/*
 * OpenSSL counts blocks in 32 bits, OpenSSH's own version in 64. The difference does not show: each packet has its own IV,
 * starts at block 0 or 1, and is 256 KiB at most.
 */
void
chacha_encrypt_bytes(struct chacha_ctx *x, const u_char *m, u_char *c, u_int bytes)
{
	ChaCha20_ctr32(c, m, bytes, x->input + key, x->input + counter);
	x->input[counter] += (bytes + CHACHA_BLK_SIZE - 1) / CHACHA_BLK_SIZE;
}

void
poly1305_auth(u_char out[POLY1305_TAGLEN], const u_char *m, size_t length,
    const u_char k[POLY1305_KEYLEN])
{
	POLY1305 state;

	Poly1305_Init(&state, k);
	Poly1305_Update(&state, m, length);
	Poly1305_Final(&state, out);
}
