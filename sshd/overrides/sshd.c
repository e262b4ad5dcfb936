/* Runs sshd's main in this process, with a configuration that nobody else can read or exchange. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gcm.h"
#include "sshpod.h"

/*
 * Every connection comes from 127.0.0.1 and has passed the cluster's own authorization, so limits per source or for slow
 * strangers would only hit the user. AcceptEnv *: the manual warns of it where users must be kept from a shell, which ours
 * are not; the values reach only that user's own session. sntrup761 is left out: it costs a client 60 ms of CPU, and
 * ML-KEM does the same for less.
 * The last two key exchanges and MACs are for clients that may use nothing else (FIPS 140).
 */
static const char configuration[] =
    "Port 22\n"			/* stands for any free port (port.c) */
    "ListenAddress 127.0.0.1\n"
    "HostKey /proc/self/fd/%1$d\n"
    "AuthorizedKeysFile /\n"	/* stands for the keys in memory (keys.c) */
    "SshdSessionPath %2$s\n"
    "SshdAuthPath %3$s\n"
    "PidFile none\n"
    "LogLevel ERROR\n"
    "VersionAddendum %4$s\n"	/* tells the client whom it has reached, in the first line */
    "KexAlgorithms mlkem768x25519-sha256,curve25519-sha256,curve25519-sha256@libssh.org,"
	"ecdh-sha2-nistp256,diffie-hellman-group14-sha256\n"
    "Ciphers %5$schacha20-poly1305@openssh.com,aes128-ctr,aes256-ctr\n"
    "MACs hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha2-256,hmac-sha2-512\n"
    "HostKeyAlgorithms ssh-ed25519\n"
    "PubkeyAcceptedAlgorithms ssh-ed25519,sk-ssh-ed25519@openssh.com\n"
    "AuthenticationMethods publickey\n"
    "PubkeyAuthentication yes\n"
    "PasswordAuthentication no\n"
    "KbdInteractiveAuthentication no\n"
    "HostbasedAuthentication no\n"
    "PermitRootLogin prohibit-password\n"
    "StrictModes no\n"		/* there is no file of keys whose mode sshd could check */
    "MaxAuthTries 128\n"		/* an agent may offer that many keys before ours */
    "MaxSessions 100\n"
    "MaxStartups 200\n"
    "PerSourceMaxStartups none\n"
    "PerSourcePenalties no\n"
    "LoginGraceTime 30\n"
    "ClientAliveInterval 0\n"	/* would end a paused connection; the holder and the client look whether the path lives */
    "IPQoS none\n"		/* a pair of sockets has none */
    "UseDNS no\n"
    "AllowAgentForwarding yes\n"
    "AllowTcpForwarding yes\n"
    "AllowStreamLocalForwarding yes\n"
    "GatewayPorts no\n"
    "PermitTunnel no\n"
    "X11Forwarding no\n"
    "AcceptEnv *\n"
    "PermitUserEnvironment no\n"	/* logins.c reads what a key's line says */
    "PermitUserRC no\n"
    "PrintMotd no\n"
    "DebianBanner no\n"
    "Subsystem sftp internal-sftp\n";

static int host_key_file = -1;

/* Once sshd has read the key. Its memory is harder to read than a descriptor. */
void
sshd_forget_host_key(void)
{
	close(host_key_file);
	host_key_file = -1;
}

/*
 * Returns the name of a file with the configuration. Like the host key that it names, the file is in memory, where nobody
 * can exchange it, and stays open until this process executes another program.
 */
static char *
write_configuration(const struct host_key *host_key)
{
	enum { tail = 16 };
	char session[64], auth[64], *text, *name;
	int file, n;

	host_key_file = keep_open(sealed_file("host_key", host_key->private, host_key->length));
	explicit_bzero(host_key->private, host_key->length);
	if (host_key_file == -1 || !origin_program_path(session, sizeof(session), "sshd-session") ||
	    !origin_program_path(auth, sizeof(auth), "sshd-auth"))
		fail_errno("start", "cannot make a file in memory");
	n = asprintf(&text, configuration, host_key_file, session, auth,
	    host_key->public + strlen(host_key->public) - tail,
	    gcm_is_fast() ? "aes128-gcm@openssh.com,aes256-gcm@openssh.com," : "");
	if (n == -1 || (file = keep_open(sealed_file("sshd_config", text, (size_t)n))) == -1 ||
	    asprintf(&name, "/proc/self/fd/%d", file) == -1)
		fail_errno("start", "cannot make a file in memory");
	free(text);
	return name;
}

static void
fail_overdue(int signal)
{
	(void)signal;
	fail("start", "the server did not listen within 10 s");
}

/* `mode` is sshd's option for a listener (-D) or for one connection (-i). */
int
sshd_run(const struct host_key *host_key, const char *mode, int log)
{
	char program[512];
	char *argv[] = { program, (char *)mode, (char *)"-e", (char *)"-f", NULL, NULL };

	argv[4] = write_configuration(host_key);
	place_path(place.bundle, program, sizeof(program) - sizeof("/sshd"));
	strcat(program, "/sshd");	/* for ps: this path is not executed */
	if (dup2(log, STDERR_FILENO) == -1)
		_exit(1);
	log_limit_stderr();
	/* sessions would ignore what was ignored when this process was started */
	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	if (mode[1] == 'D') {
		signal(SIGALRM, fail_overdue);
		alarm(10);
	}
	umask(origin.umask);
	exit(sshd_main(5, argv));
}
