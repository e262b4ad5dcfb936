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
int serve_main(int, char **);
int session_main(int, char **);
int down_main(int, char **);
int place_main(int, char **);
int sweep_main(int, char **);

/* What this process was started with, taken once before OpenSSH changes any of it (origin.c). */
struct origin {
	uid_t uid;
	gid_t gid;
	gid_t *groups;
	int ngroups;
	mode_t umask;
	char **environment;		/* without SSHPOD_* */
	char agent[256];		/* where agent sockets go; empty: /tmp */
	bool privileged;		/* root that may switch to other users */
};
extern struct origin origin;

void origin_capture(char **);
void origin_receive(void);
const char *origin_getenv(const char *);
char *origin_encode(void);
bool origin_bundle_path(char *, size_t, const char *);
int origin_exec(const char *, char *const[]);

/* Users (user.c, privileges.c) */
bool is_own_name(const char *);
bool ids_mapped(uid_t, gid_t);
bool has_switch_capabilities(void);

/* Whether the process that speaks to strangers can be locked away, and whether an emulator runs it (sandbox.c). */
int sshpod_has_seccomp(void);
int sshpod_emulated(void);

/* The directories that everything is reached from, pinned by descriptors (place.c). */
struct place {
	int bundle;			/* BUNDLE_DIR, "." when the program was started */
	int state;			/* STATE in it, where this process then works */
	char name[132];			/* of STATE */
};
extern struct place place;

void place_open_bundle(void);
bool place_is_name(const char *);
void place_open(const char *);
bool place_find(const char *);
bool place_is_intact(void);
bool place_is_trusted(const char *);
struct stat;
bool place_is_in(const struct stat *);
void place_path(int, char *, size_t);
void agent_prepare(void);

/* What nobody uses any more (sweep.c) */
void sweep_place(void);

/* Files in STATE (files.c) */
int file_open(const char *, int);
int file_read(const char *, char **, size_t);
int file_replace(const char *, const char *, size_t);
int file_lock(const char *);
int sealed_file(const char *, const char *, size_t);

/* The keys that may log in, and the host key (keys.c). All are held in memory; files outlast a restart. */
struct host_key {
	char *public;			/* as known_hosts has it: "ssh-ed25519 AAAA..." */
	char *private;			/* the content of the file */
	size_t length;
};
char *key_line(const char *, const char *, const char *);
bool keys_add(const char *);
void keys_load(void);
int keys_save(void);
int keys_hand_on(void);
void keys_receive(int);
void host_key_prepare(struct host_key *);

/* The server (server.c, listener.c, control.c) */
struct server {
	int idle;			/* seconds, 0 is never */
	int lock;			/* lock.server */
	int turn;			/* lock.keys, until it listens */
	struct host_key host_key;
};
void server_start(struct server *) __attribute__((noreturn));
void server_fail_with_log(void) __attribute__((noreturn));
void server_forget_host_key(void);
int server_run(const struct server *, const char *, int) __attribute__((noreturn));
void listener_activate(const struct server *, int);
void listener_leave(void);
pid_t listener_fork(void);
const char *listener_answer(const char *);
int control_listen(void);
int control_connect(pid_t *);
char *control_ask(int, const char *);
int process_open(pid_t);
void process_signal(int, pid_t, int);
void control_serve(int);

/* What sessions have in common, over a port or over exec (session.c) */
bool sessions_join(void);
void orphans_adopt(void);
void orphans_reap(void);

/* Descriptors that closefrom() leaves open (descriptors.c) */
int keep_open(int);

/* The logs (log.c, logins.c) */
int log_open(void);
void log_bound(void);
int logins_open(void);
void logins_receive(int);
extern bool login_is_clean;		/* this session's key came with clean-environment */

/* The process title (title.c) */
void title_capture(int, char **, char **);

/* Answers (report.c) and arguments (up.c) */
void fail(const char *, const char *, ...) __attribute__((noreturn, format(printf, 2, 3)));
extern bool answer_is_last;	/* nobody stays beside this process who would wait until the client has its answer */
void await_client(void);
void fail_errno(const char *, const char *, ...) __attribute__((noreturn, format(printf, 2, 3)));
int parse_seconds(const char *);

#endif
