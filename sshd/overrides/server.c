/* Starts the listener: its configuration, and a process of its own that runs sshd's main. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gcm.h"
#include "sshpod.h"

/*
 * Every connection comes from 127.0.0.1 and has passed the cluster's own authorization, so limits
 * per source or for slow strangers would only hit the user. AcceptEnv *: the manual warns of users
 * who are to be kept from a shell, and none is; the values reach only that user's own session.
 * sntrup761 is left out: it costs a client 60 ms of CPU, and ML-KEM does the same for less.
 */
static const char configuration[] =
    "Port 22\n"			/* stands for any free port (listener.c) */
    "ListenAddress 127.0.0.1\n"
    "HostKey %1$s/host_key\n"
    "AuthorizedKeysFile %1$s/authorized_keys\n"
    "SshdSessionPath %2$s/sshd-session\n"
    "SshdAuthPath %2$s/sshd-auth\n"
    "PidFile none\n"
    "LogLevel ERROR\n"
    "VersionAddendum %3$s\n"	/* who answers, before a byte of ssh's has been sent */
    "KexAlgorithms mlkem768x25519-sha256,curve25519-sha256,curve25519-sha256@libssh.org\n"
    "Ciphers %4$schacha20-poly1305@openssh.com,aes128-ctr,aes256-ctr\n"
    "MACs hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com\n"
    "HostKeyAlgorithms ssh-ed25519\n"
    "PubkeyAcceptedAlgorithms ssh-ed25519\n"
    "AuthenticationMethods publickey\n"
    "PubkeyAuthentication yes\n"
    "PasswordAuthentication no\n"
    "KbdInteractiveAuthentication no\n"
    "HostbasedAuthentication no\n"
    "PermitRootLogin prohibit-password\n"
    "StrictModes no\n"		/* up checks the directories itself */
    "MaxAuthTries 6\n"
    "MaxSessions 100\n"
    "MaxStartups 200\n"
    "PerSourceMaxStartups none\n"
    "PerSourcePenalties no\n"
    "LoginGraceTime 30\n"
    "ClientAliveInterval 30\n"
    "ClientAliveCountMax 4\n"
    "UseDNS no\n"
    "AllowAgentForwarding yes\n"
    "AllowTcpForwarding yes\n"
    "AllowStreamLocalForwarding yes\n"
    "GatewayPorts no\n"
    "PermitTunnel no\n"
    "X11Forwarding no\n"
    "AcceptEnv *\n"
    "PermitUserEnvironment no\n"
    "PermitUserRC no\n"
    "PrintMotd no\n"
    "DebianBanner no\n"
    "Subsystem sftp internal-sftp\n";

void
write_configuration(const char *state, const char *host_key)
{
	enum { tail = 16 };
	char path[512], *text;
	int n = asprintf(&text, configuration, state, origin.bundle,
	    host_key + strlen(host_key) - tail,
	    gcm_is_fast() ? "aes128-gcm@openssh.com,aes256-gcm@openssh.com," : "");

	state_path(path, sizeof(path), state, "sshd_config");
	if (n == -1 || file_replace(path, text, (size_t)n, 0600) == -1)
		fail_errno("start", "%s", path);
	free(text);
}

/* A log of old errors is not worth the space. */
int
open_log(const char *state)
{
	char path[512];
	struct stat st;
	int fd;

	state_path(path, sizeof(path), state, "log");
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	if (fd == -1 || fstat(fd, &st) == -1)
		fail_errno("start", "%s", path);
	if (st.st_size > 65536 && ftruncate(fd, 0) == -1)
		fail_errno("start", "%s", path);
	return fd;
}

/*
 * Puts sshd's arguments where those of "up" are: ps shows that memory, and so does what sshd writes
 * there later. They always fit, since "up" was given a key.
 */
static int
replace_arguments(char **argv, const char *state)
{
	char *end = argv[4] + strlen(argv[4]), *cursor = argv[1], path[512];
	const char *arguments[] = { "-D", "-e", "-f", path };

	state_path(path, sizeof(path), state, "sshd_config");
	memset(cursor, 0, (size_t)(end - cursor));
	for (int i = 0; i < 4; i++) {
		argv[i + 1] = cursor;
		cursor = stpcpy(cursor, arguments[i]) + 1;
	}
	argv[5] = NULL;
	return 5;
}

/* exec through Kubernetes ends only when nobody holds its stdin, stdout and stderr any more. */
static void
detach(int log)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	setsid();
	if (null == -1 || dup2(null, STDIN_FILENO) == -1 || dup2(null, STDOUT_FILENO) == -1 ||
	    dup2(log, STDERR_FILENO) == -1)
		_exit(1);
	close(null);
	close(log);
	/* what exec ignored, sessions would ignore as well */
	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
}

static void __attribute__((noreturn))
run_listener(struct up *up, int log, int notify)
{
	static char state[256];

	close(up->lock);
	detach(log);
	snprintf(state, sizeof(state), "%s", up->state);
	snprintf(origin.state, sizeof(origin.state), "%s", state);
	up->state = state;		/* it was an argument */
	listener_activate(up, notify);
	umask(origin.umask);
	exit(sshd_main(replace_arguments(up->argv, state), up->argv));
}

/* The server's last words, for the user to see why there is none. */
static void __attribute__((noreturn))
fail_with_log(const char *state)
{
	char path[512], *content, *line;
	int length;

	state_path(path, sizeof(path), state, "log");
	if ((length = file_read(path, &content, 1 << 20)) <= 0)
		fail("start", "the server left without a word");
	while (length > 0 && content[length - 1] == '\n')
		content[--length] = '\0';
	line = strrchr(content, '\n');
	fail(strstr(line != NULL ? line : content, "No space left") != NULL ? "disk-full" : "start",
	    "%s", line != NULL ? line + 1 : content);
}

/* Returns when the server listens and has said where. The caller holds both locks. */
void
server_start(struct up *up)
{
	char path[512], ready = 0;
	int pipes[2], log;
	struct pollfd wait;
	pid_t pid;

	state_path(path, sizeof(path), up->state, "port");
	if (unlink(path) == -1 && errno != ENOENT)
		fail_errno("start", "%s", path);
	up->host_key = host_key_prepare(up->state);
	write_configuration(up->state, up->host_key);
	log = open_log(up->state);
	if (pipe2(pipes, O_CLOEXEC) == -1 || (pid = fork()) == -1)
		fail_errno("start", "cannot start a process");
	if (pid == 0) {
		close(pipes[0]);
		run_listener(up, log, pipes[1]);
	}
	close(pipes[1]);
	wait = (struct pollfd){ .fd = pipes[0], .events = POLLIN };
	if (poll(&wait, 1, 10000) == 0) {
		kill(pid, SIGKILL);
		fail("start", "the server did not listen within 10 s");
	}
	if (read(pipes[0], &ready, 1) != 1)
		fail_with_log(up->state);
	close(pipes[0]);
	close(log);
}
