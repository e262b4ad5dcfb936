/* AES-GCM for OpenSSH's cipher.c (patches/gcm.patch), which has it only with the whole of libcrypto. */
#ifndef GCM_H
#define GCM_H

#include <stdbool.h>
#include <stddef.h>

struct gcm;

bool gcm_is_fast(void);
struct gcm *gcm_new(const unsigned char *, unsigned, const unsigned char *);
void gcm_free(struct gcm *);
int gcm_crypt(struct gcm *, unsigned char *, const unsigned char *, size_t, size_t, bool);
int gcm_get_iv(const struct gcm *, unsigned char *, size_t);

#endif
