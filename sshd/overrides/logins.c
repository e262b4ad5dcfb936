/*
 * STATE/logins: a line for each login, with the time, the key and the name that ssh gave. It is separate from the error
 * log, so that no number of errors can push a login out.
 */
#include "includes.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sshkey.h"
#include "sshbuf.h"
#include "digest.h"
#include "hostfile.h"
#include "packet.h"
#include "auth.h"
#include "auth-options.h"
#include "sshpod.h"

enum { LOGINS_SIZE = 448 * 1024 };	/* two such files, and the log, are less than 1 MB */

extern struct sshauthopt *auth_opts;

bool login_is_clean;
static int logins = -1;

/* Opened for sshd-session, which cannot reach STATE itself. */
int
logins_open(void)
{
	struct stat st;
	int fd = file_open("logins", O_WRONLY | O_CREAT | O_APPEND);

	if (fd == -1 || fstat(fd, &st) == -1 || st.st_size < LOGINS_SIZE)
		return fd;
	close(fd);
	if (renameat(place.state, "logins", place.state, "logins.old") == -1)
		return -1;
	return file_open("logins", O_WRONLY | O_CREAT | O_APPEND);
}

void
logins_receive(int fd)
{
	logins = keep_open(fd);
}

/* Escapes a name from outside, so that it stays on its line and is printable. */
static void
escape_name(char *to, size_t size, const char *from)
{
	char *end = to + size - sizeof("\\000");

	for (; *from != '\0' && to < end; from++)
		if (*from > ' ' && *from <= '~' && *from != '\\')
			*to++ = *from;
		else
			to += sprintf(to, "\\%03o", (unsigned char)*from);
	*to = '\0';
}

static void
record_login(const char *user, const struct sshkey *key)
{
	char date[32], name[128], line[512], *fingerprint;
	time_t now = time(NULL);
	struct tm parts;
	int n;

	if (gmtime_r(&now, &parts) == NULL || strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", &parts) == 0 ||
	    (fingerprint = sshkey_fingerprint(key, SSH_DIGEST_SHA256, SSH_FP_BASE64)) == NULL)
		return;
	escape_name(name, sizeof(name), user);
	n = snprintf(line, sizeof(line), "%s %s %s\n", date, fingerprint, name);
	free(fingerprint);
	if (n > 0 && (size_t)n < sizeof(line) && write(logins, line, (size_t)n) == -1)
		perror("logins");
}

void __real_auth_log(struct ssh *, int, int, const char *, const char *);
void __wrap_auth_log(struct ssh *, int, int, const char *, const char *);

/* sshd-session logs each attempt (the linker's --wrap), while it is still root or the container's user. */
void
__wrap_auth_log(struct ssh *ssh, int authenticated, int partial, const char *method, const char *submethod)
{
	const Authctxt *context = ssh->authctxt;

	__real_auth_log(ssh, authenticated, partial, method, submethod);
	if (origin.role != SESSION || !authenticated || partial)
		return;
	for (size_t i = 0; i < auth_opts->nenv; i++)
		if (strcmp(auth_opts->env[i], "SSHPOD_ENVIRONMENT=clean") == 0)
			login_is_clean = true;
	if (logins != -1 && context->auth_method_key != NULL)
		record_login(context->user, context->auth_method_key);
	/* the user's processes must not inherit it */
	close(logins);
	logins = -1;
}
