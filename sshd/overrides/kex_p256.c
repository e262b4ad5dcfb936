/*
 * The server's half of ecdh-sha2-nistp256 (RFC 5656), which OpenSSH has only with the whole of libcrypto: its kexecdh.c with the P-256 of
 * Mbed TLS. patches/kex.patch registers it. The bundle has no client, which would need kex_ecdh_keypair() and kex_ecdh_dec() too.
 */
#include "includes.h"

#include <stdlib.h>
#include <string.h>

#include "kex.h"
#include "sshbuf.h"
#include "ssherr.h"

#include "psa/crypto.h"
#include "p256-m/p256-m/p256-m.h"

enum { uncompressed = 4, coordinates = 64, scalar = 32 };	/* bytes, but for the first */

/* Where p256_gen_keypair() gets a private key from; it draws another one where that is 0, or not below the group's order. */
psa_status_t
psa_generate_random(uint8_t *output, size_t length)
{
	arc4random_buf(output, length);
	return PSA_SUCCESS;
}

/*
 * The X coordinate of the product with the peer's point. That point must be uncompressed (RFC 5656 lets us choose), with coordinates below
 * p, and on the curve. The point at infinity cannot be written so, and is never the product: the curve's order is prime.
 */
static int
shared_x(u_char x[scalar], const u_char private[scalar], const struct sshbuf *point)
{
	const u_char *p = sshbuf_ptr(point);

	if (sshbuf_len(point) != 1 + coordinates || p[0] != uncompressed)
		return SSH_ERR_INVALID_FORMAT;
	switch (p256_ecdh_shared_secret(x, private, p + 1)) {
	case P256_SUCCESS:
		return 0;
	case P256_INVALID_PUBKEY:
		return SSH_ERR_MESSAGE_INCOMPLETE;	/* OpenSSH's answer */
	default:
		return SSH_ERR_INTERNAL_ERROR;
	}
}

int
kex_ecdh_enc(struct kex *kex, const struct sshbuf *client_blob, struct sshbuf **server_blobp, struct sshbuf **shared_secretp)
{
	struct sshbuf *server_blob = NULL, *secret = NULL;
	u_char private[scalar], public[coordinates], x[scalar];
	int r = SSH_ERR_ALLOC_FAIL;

	(void)kex;
	*server_blobp = *shared_secretp = NULL;
	if ((server_blob = sshbuf_new()) == NULL || (secret = sshbuf_new()) == NULL)
		goto out;
	if (p256_gen_keypair(private, public) != P256_SUCCESS) {
		r = SSH_ERR_INTERNAL_ERROR;
		goto out;
	}
	if ((r = shared_x(x, private, client_blob)) != 0 ||
	    (r = sshbuf_put_bignum2_bytes(secret, x, sizeof(x))) != 0 ||
	    (r = sshbuf_put_u8(server_blob, uncompressed)) != 0 ||
	    (r = sshbuf_put(server_blob, public, sizeof(public))) != 0)
		goto out;
	*server_blobp = server_blob;
	*shared_secretp = secret;
	server_blob = secret = NULL;
 out:
	explicit_bzero(private, sizeof(private));
	explicit_bzero(x, sizeof(x));
	sshbuf_free(server_blob);	/* wipes what is in it */
	sshbuf_free(secret);
	return r;
}
