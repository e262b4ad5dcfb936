/*
 * What the parts of the bundle share. OpenSSH's own headers are included only where a file needs
 * them: this one must stay usable from files that replace functions of libc.
 */
#ifndef SSHPOD_H
#define SSHPOD_H

#include <sys/types.h>
#include <stdbool.h>
#include <stddef.h>

/* What one of OpenSSH's three programs does differently although the name is the same (programs.c). */
struct program;
extern const struct program listener_program, session_program, auth_program;
extern const struct program *program;

int sshd_main(int, char **);
int sshd_session_main(int, char **);
int sshd_auth_main(int, char **);
int up_main(int, char **);
int session_main(int, char **);
int down_main(int, char **);

/* What this process was started with, taken once before OpenSSH changes any of it (origin.c). */
struct origin {
	uid_t uid;
	gid_t gid;
	gid_t *groups;
	int ngroups;
	mode_t umask;
	char **environment;		/* without SSHPOD_* */
	char bundle[256];		/* directory of the executable, absolute */
	char state[256];		/* STATE_DIR; empty when not known */
	bool privileged;		/* root that may switch to other users */
};
extern struct origin origin;

void origin_capture(const char *, char **);
const char *origin_getenv(const char *);
bool origin_bundle_path(char *, size_t, const char *);
int origin_exec(const char *, char *const[]);

/* Users (user.c, privileges.c) */
bool is_own_name(const char *);
bool ids_mapped(uid_t, gid_t);
bool has_switch_capabilities(void);

/* The steps of "up" and "session": each returns, or reports the error and exits. */
struct up {
	const char *state;
	int idle;			/* seconds, 0 is never */
	char **argv;
	const char *host_key;		/* public half: "ssh-ed25519 AAAA..." */
	int lock;			/* lock.keys, held during the whole command */
	int server_lock;		/* lock.server, once obtained */
};
void directories_prepare(const char *);
int keys_lock(const char *);
void key_authorize(const struct up *, const char *);
bool keys_are_intact(const char *);
char *host_key_prepare(const char *);
void write_configuration(const char *, const char *);
int open_log(const char *);
void server_start(struct up *);
void listener_activate(const struct up *, int);
void listener_descriptors(int *, int *);

/* Files in STATE_DIR (files.c) */
void state_path(char *, size_t, const char *, const char *);
int file_read(const char *, char **, size_t);
int file_replace(const char *, const char *, size_t, mode_t);

/* Answers (report.c) */
void fail(const char *, const char *, ...) __attribute__((noreturn, format(printf, 2, 3)));
void fail_errno(const char *, const char *, ...) __attribute__((noreturn, format(printf, 2, 3)));

#endif
