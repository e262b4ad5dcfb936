/*
 * sshd, sshd-session and sshd-auth each define these functions differently, and the objects that they share call them by
 * one name. The build renames each definition to PROGRAM_NAME; here a call goes to the program that this process is.
 */
#include "includes.h"

#include <unistd.h>

#include "sshkey.h"
#include "packet.h"
#include "sshpod.h"

#define DECLARE(p) \
	void p##_cleanup_exit(int); \
	struct sshkey *p##_get_hostkey_by_index(int); \
	struct sshkey *p##_get_hostkey_public_by_index(int, struct ssh *); \
	struct sshkey *p##_get_hostkey_public_by_type(int, int, struct ssh *); \
	struct sshkey *p##_get_hostkey_private_by_type(int, int, struct ssh *); \
	int p##_get_hostkey_index(struct sshkey *, int, struct ssh *); \
	int p##_sshd_hostkey_sign(struct ssh *, struct sshkey *, struct sshkey *, u_char **, \
	    size_t *, const u_char *, size_t, const char *); \
	int p##_mm_is_monitor(void);
DECLARE(session)
DECLARE(auth)
void listener_cleanup_exit(int);

#define DEFINE(p) { p##_cleanup_exit, p##_get_hostkey_by_index, \
	p##_get_hostkey_public_by_index, p##_get_hostkey_public_by_type, \
	p##_get_hostkey_private_by_type, p##_get_hostkey_index, p##_sshd_hostkey_sign, \
	p##_mm_is_monitor }

static const struct program {
	void (*cleanup_exit)(int);
	struct sshkey *(*by_index)(int);
	struct sshkey *(*public_by_index)(int, struct ssh *);
	struct sshkey *(*public_by_type)(int, int, struct ssh *);
	struct sshkey *(*private_by_type)(int, int, struct ssh *);
	int (*index)(struct sshkey *, int, struct ssh *);
	int (*sign)(struct ssh *, struct sshkey *, struct sshkey *, u_char **, size_t *,
	    const u_char *, size_t, const char *);
	int (*is_monitor)(void);
} programs[] = {
	/* the listener never handles a connection: it only has its own way to exit */
	[LISTENER] = { .cleanup_exit = listener_cleanup_exit },
	[SESSION] = DEFINE(session),
	[AUTH] = DEFINE(auth),
};

static const struct program *
own(void)
{
	return &programs[origin.role];
}

void
cleanup_exit(int status)
{
	if (origin.role == LISTENER)
		listener_leave();
	own()->cleanup_exit(status);
	_exit(status);
}

struct sshkey *
get_hostkey_by_index(int i)
{
	return own()->by_index(i);
}

struct sshkey *
get_hostkey_public_by_index(int i, struct ssh *ssh)
{
	return own()->public_by_index(i, ssh);
}

struct sshkey *
get_hostkey_public_by_type(int type, int nid, struct ssh *ssh)
{
	return own()->public_by_type(type, nid, ssh);
}

struct sshkey *
get_hostkey_private_by_type(int type, int nid, struct ssh *ssh)
{
	return own()->private_by_type(type, nid, ssh);
}

int
get_hostkey_index(struct sshkey *key, int compare, struct ssh *ssh)
{
	return own()->index(key, compare, ssh);
}

int
sshd_hostkey_sign(struct ssh *ssh, struct sshkey *privkey, struct sshkey *pubkey,
    u_char **signature, size_t *slenp, const u_char *data, size_t dlen, const char *alg)
{
	return own()->sign(ssh, privkey, pubkey, signature, slenp, data, dlen, alg);
}

int
mm_is_monitor(void)
{
	return own()->is_monitor != NULL && own()->is_monitor();
}
