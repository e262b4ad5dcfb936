/*
 * The server's half of diffie-hellman-group14-sha256 (RFC 8268), which OpenSSH has only with the whole of libcrypto: its kexdh.c and dh.c
 * with Diffie-Hellman of Mbed TLS. patches/kex.patch registers it. The bundle has no client, which would need kex_dh_keypair() and
 * kex_dh_dec() too.
 */
#include "includes.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kex.h"
#include "misc.h"
#include "sshbuf.h"
#include "ssherr.h"

#include "mbedtls/dhm.h"

enum { group_size = 256, least_need = 32, fewest_bits = 4 };	/* bytes, but for the last */

static const u_char group14[] = MBEDTLS_DHM_RFC3526_MODP_2048_P_BIN;
static const u_char generator[] = MBEDTLS_DHM_RFC3526_MODP_2048_G_BIN;

static int
random_bytes(void *unused, u_char *output, size_t length)
{
	(void)unused;
	arc4random_buf(output, length);
	return 0;
}

static bool
set_group(mbedtls_dhm_context *dh)
{
	mbedtls_mpi p, g;
	bool set;

	mbedtls_mpi_init(&p);
	mbedtls_mpi_init(&g);
	set = mbedtls_mpi_read_binary(&p, group14, sizeof(group14)) == 0 &&
	    mbedtls_mpi_read_binary(&g, generator, sizeof(generator)) == 0 && mbedtls_dhm_set_group(dh, &p, &g) == 0;
	mbedtls_mpi_free(&p);
	mbedtls_mpi_free(&g);
	return set;
}

/*
 * Our private exponent has twice as many bits as the keys that are made of the secret, since finding it takes the square root of the
 * possibilities (OpenSSH's dh_gen_key).
 */
static bool
make_keys(mbedtls_dhm_context *dh, u_char public[group_size], u_int need)
{
	if (need < least_need)
		need = least_need;
	return need <= group_size / 2 &&
	    mbedtls_dhm_make_public(dh, (int)MINIMUM(2 * need, group_size - 1), public, group_size, random_bytes, NULL) == 0;
}

/* With the generator 2, a number of few bits is a power that anybody can see (OpenSSH's dh_pub_is_valid). */
static bool
has_few_bits(const u_char *number, size_t length)
{
	int bits = 0;

	for (size_t i = 0; i < length; i++)
		bits += __builtin_popcount(number[i]);
	return bits < fewest_bits;
}

/* The client's e, without leading zeros. That it is between 1 and p - 1 is looked at by mbedtls_dhm_calc_secret(). */
static int
read_public(mbedtls_dhm_context *dh, const struct sshbuf *blob)
{
	struct sshbuf *string;
	const u_char *e;
	size_t length;
	int r;

	if ((string = sshbuf_new()) == NULL)
		return SSH_ERR_ALLOC_FAIL;
	if ((r = sshbuf_put_stringb(string, blob)) == 0 &&
	    (r = sshbuf_get_bignum2_bytes_direct(string, &e, &length)) == 0 &&
	    (has_few_bits(e, length) || mbedtls_dhm_read_public(dh, e, length) != 0))
		r = SSH_ERR_MESSAGE_INCOMPLETE;		/* OpenSSH's answer */
	sshbuf_free(string);
	return r;
}

/* A number as it is hashed and sent, but without the length of its string, which kexgen.c writes. */
static int
put_public(struct sshbuf *blob, const u_char public[group_size])
{
	int r;

	if ((r = sshbuf_put_bignum2_bytes(blob, public, group_size)) != 0)
		return r;
	return sshbuf_get_u32(blob, NULL);
}

int
kex_dh_enc(struct kex *kex, const struct sshbuf *client_blob, struct sshbuf **server_blobp, struct sshbuf **shared_secretp)
{
	struct sshbuf *server_blob = NULL, *secret = NULL;
	mbedtls_dhm_context dh;
	u_char public[group_size], k[group_size];
	size_t length;
	int r;

	*server_blobp = *shared_secretp = NULL;
	mbedtls_dhm_init(&dh);
	if ((server_blob = sshbuf_new()) == NULL || (secret = sshbuf_new()) == NULL || !set_group(&dh)) {
		r = SSH_ERR_ALLOC_FAIL;
		goto out;
	}
	if ((r = read_public(&dh, client_blob)) != 0)
		goto out;
	if (!make_keys(&dh, public, kex->we_need)) {
		r = SSH_ERR_INVALID_ARGUMENT;
		goto out;
	}
	if (mbedtls_dhm_calc_secret(&dh, k, sizeof(k), &length, random_bytes, NULL) != 0) {
		r = SSH_ERR_MESSAGE_INCOMPLETE;
		goto out;
	}
	if ((r = sshbuf_put_bignum2_bytes(secret, k, length)) != 0 || (r = put_public(server_blob, public)) != 0)
		goto out;
	*server_blobp = server_blob;
	*shared_secretp = secret;
	server_blob = secret = NULL;
 out:
	mbedtls_dhm_free(&dh);		/* wipes the exponent and the secret */
	explicit_bzero(k, sizeof(k));
	sshbuf_free(server_blob);
	sshbuf_free(secret);
	return r;
}
