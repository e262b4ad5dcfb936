/* The server's host key, held in memory as its file has it. The file is how it outlasts a restart. */
#include "includes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sshkey.h"
#include "sshbuf.h"
#include "authfile.h"
#include "sshpod.h"

static void
generate_host_key(void)
{
	struct sshkey *key = NULL;
	struct sshbuf *blob = sshbuf_new();
	int r;

	if (blob == NULL || (r = sshkey_generate(KEY_ED25519, 0, &key)) != 0 ||
	    (r = sshkey_private_to_fileblob(key, blob, "", "", SSHKEY_PRIVATE_OPENSSH, NULL, 0)) != 0)
		fail("start", "cannot generate a host key");
	if (file_replace("host_key", (const char *)sshbuf_ptr(blob), sshbuf_len(blob)) == -1)
		fail_errno("start", "%s/host_key", place.name);
	sshkey_free(key);
	sshbuf_free(blob);
}

static bool
load_host_key(struct host_key *host_key)
{
	struct sshkey *key = NULL;
	struct sshbuf *buffer;
	char *blob = NULL;
	int length = file_read("host_key", &host_key->private, 4096);
	bool loaded;

	if (length == -1)
		return false;
	host_key->length = (size_t)length;
	buffer = sshbuf_from(host_key->private, host_key->length);
	loaded = buffer != NULL && sshkey_parse_private_fileblob(buffer, "", &key, NULL) == 0 &&
	    key->type == KEY_ED25519 && sshkey_to_base64(key, &blob) == 0 &&
	    asprintf(&host_key->public, "%s %s", sshkey_ssh_name(key), blob) != -1;
	free(blob);
	sshkey_free(key);
	sshbuf_free(buffer);
	return loaded;
}

/* Loads the host key, or generates it. The caller holds lock.keys, so that only one of several processes generates. */
void
host_key_prepare(struct host_key *host_key)
{
	if (load_host_key(host_key))
		return;
	generate_host_key();
	if (!load_host_key(host_key))
		fail_errno("start", "%s/host_key", place.name);
}
