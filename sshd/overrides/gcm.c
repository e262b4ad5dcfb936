/*
 * aes128-gcm@openssh.com and aes256-gcm@openssh.com (RFC 5647), by OpenSSL's GCM and its assembler for AES and GHASH. Only
 * for processors with instructions for both: without them, AES needs tables, whose use others can observe, and
 * chacha20-poly1305 is faster anyway.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/modes.h"
#include "crypto/aes_platform.h"
#include "internal/cryptlib.h"

#include "gcm.h"

#ifdef __x86_64__
#define aes_set_key aesni_set_encrypt_key
#define aes_block aesni_encrypt
#define aes_stream aesni_ctr32_encrypt_blocks
#define pclmul_capable ((OPENSSL_ia32cap_P[1] & (1 << 1)) != 0)
#define capable (AESNI_CAPABLE && pclmul_capable)
#else
#define aes_set_key aes_v8_set_encrypt_key
#define aes_block aes_v8_encrypt
#define aes_stream aes_v8_ctr32_encrypt_blocks
#define capable AES_PMULL_CAPABLE
#endif

enum { iv_length = 12, counter_length = 8, tag_length = 16, block_length = 16 };

struct gcm {
	AES_KEY key;
	GCM128_CONTEXT context;
	unsigned char iv[iv_length];	/* of the next packet */
};

bool
gcm_is_fast(void)
{
	return capable;
}

struct gcm *
gcm_new(const unsigned char *key, unsigned key_length, const unsigned char *iv)
{
	struct gcm *gcm;

	if (!gcm_is_fast() || iv == NULL || (key_length != 16 && key_length != 32) ||
	    (gcm = calloc(1, sizeof(*gcm))) == NULL)
		return NULL;
	aes_set_key(key, (int)key_length * 8, &gcm->key);
	CRYPTO_gcm128_init(&gcm->context, &gcm->key, (block128_f)aes_block);
	memcpy(gcm->iv, iv, iv_length);
	return gcm;
}

void
gcm_free(struct gcm *gcm)
{
	if (gcm == NULL)
		return;
	explicit_bzero(gcm, sizeof(*gcm));
	free(gcm);
}

/* The last 8 bytes count packets; the first 4 do not change. */
static void
next_iv(struct gcm *gcm)
{
	for (int i = iv_length - 1; i >= iv_length - counter_length; i--)
		if (++gcm->iv[i] != 0)
			return;
}

/*
 * As cipher_crypt() promises: copies and authenticates `aad` bytes, encrypts or decrypts the `length` bytes after them, and
 * writes or compares the tag after those. Returns 0, or -1 when the length is not in whole blocks or the tag is wrong:
 * then nothing of the plaintext remains.
 */
int
gcm_crypt(struct gcm *gcm, unsigned char *dest, const unsigned char *src, size_t length, size_t aad,
    bool encrypt)
{
	GCM128_CONTEXT *context = &gcm->context;

	if (length % block_length != 0)
		return -1;
	CRYPTO_gcm128_setiv(context, gcm->iv, iv_length);
	next_iv(gcm);
	if (CRYPTO_gcm128_aad(context, src, aad) != 0)
		return -1;
	memmove(dest, src, aad);
	dest += aad;
	src += aad;
	if (encrypt) {
		if (CRYPTO_gcm128_encrypt_ctr32(context, src, dest, length, (ctr128_f)aes_stream) != 0)
			return -1;
		CRYPTO_gcm128_tag(context, dest + length, tag_length);
		return 0;
	}
	if (CRYPTO_gcm128_decrypt_ctr32(context, src, dest, length, (ctr128_f)aes_stream) == 0 &&
	    CRYPTO_gcm128_finish(context, src + length, tag_length) == 0)
		return 0;
	explicit_bzero(dest, length);
	return -1;
}

/* For the process that continues the connection after authentication. */
int
gcm_get_iv(const struct gcm *gcm, unsigned char *iv, size_t length)
{
	if (length != iv_length)
		return -1;
	memcpy(iv, gcm->iv, iv_length);
	return 0;
}
