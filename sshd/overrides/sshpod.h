/*
 * What the files of the bundle share. The sections are the order of the files, lowest first: a file uses what it
 * defines itself and what stands above its section, and nothing below. Every .c file has a section here, even when
 * it shares nothing; a unit test (OverridesTests) reads this order and fails on a call that runs against it.
 *
 * OpenSSH's headers are included only where a file needs them, so that this one can be used by files that replace
 * functions of libc.
 */
#ifndef SSHPOD_H
#define SSHPOD_H

#include <sys/types.h>
#include <stdbool.h>
#include <stddef.h>

struct stat;

/* OpenSSH's own, which the build renames (build/bundle.sh) */
int sshd_main(int, char **);
int sshd_session_main(int, char **);
int sshd_auth_main(int, char **);

/* clock.c: Monotonic time, and the pause between two polls. */
long long monotonic_milliseconds(void);
long long boottime_milliseconds(void);
void pause_briefly(void);
enum { BRIEFLY = 10 };			/* milliseconds */

/* capabilities.c: What root can do in this container. */
bool ids_mapped(uid_t, gid_t);
bool has_switch_capabilities(void);

/* encoding.c: An environment as one word, in which a shell can carry it. */
char *environment_encode(char **);
char **environment_decode(const char *);

/* origin.c: What this process was started with, captured before OpenSSH changes any of it. */
enum role { LISTENER, SESSION, AUTH };
struct origin {
	enum role role;			/* which of OpenSSH's three programs this process is */
	uid_t uid;
	gid_t gid;
	gid_t *groups;
	int ngroups;
	mode_t umask;
	char **environment;		/* without SSHPOD_* */
	char agent[256];		/* where agent sockets go; empty: /tmp */
	char bundle[256];		/* the path of BUNDLE_DIR in this container; empty: none leads there */
	bool privileged;		/* root that may switch to other users */
};
extern struct origin origin;
void origin_capture(char **);
const char *value_in(const char *, const char *);
const char *origin_getenv(const char *);
bool origin_program_path(char *, size_t, const char *);
bool origin_bundle_path(char *, size_t, const char *);

/* sandbox.c: Whether the process that talks to strangers can be locked away, and whether an emulator runs it. */
int sshpod_has_seccomp(void);
int sshpod_emulated(void);

/* title.c: The process title. */
void title_capture(int, char **, char **);

/* memory.c: Windows and buffers by the container's memory limit. */
unsigned resume_window(void);

/* chacha.c: ChaCha20 and Poly1305 by OpenSSL's assembler. */

/* gcm.c: AES-GCM by OpenSSL's assembler; declared in gcm.h. */

/* kex_p256.c: ecdh-sha2-nistp256 by Mbed TLS. */

/* kex_group14.c: diffie-hellman-group14-sha256 by Mbed TLS. */

/* unasked.c: What the client's system sends unasked. */

/* log_limit.c: write(), which keeps the error log small. */
void log_limit(int);
void log_limit_stderr(void);

/* report.c: The answer of a command that fails. */
extern bool failure_awaits_client;	/* once nothing remains of this command that would keep the stream open */
void await_client(void);
void fail(const char *, const char *, ...) __attribute__((noreturn, format(printf, 2, 3)));
void fail_errno(const char *, const char *, ...) __attribute__((noreturn, format(printf, 2, 3)));

/* arguments.c: Values on the command line. */
int parse_seconds(const char *);

/* descriptors.c: Descriptors that closefrom() leaves open. */
int keep_open(int);
void keep_only(const int *, int);

/* place.c: The directories that everything is reached from, pinned by descriptors. */
struct place {
	int bundle;			/* BUNDLE_DIR, "." when the program was started */
	int state;			/* STATE in it, the working directory of this process from then on */
	char name[132];			/* of STATE */
};
extern struct place place;
bool same_file(const struct stat *, const struct stat *);
void place_open_bundle(void);
bool place_is_name(const char *);
bool place_enter(const char *);
void place_create(const char *);
bool place_is_intact(void);
bool place_is_trusted(const char *);
bool place_may_be_shared(void);
bool place_holds_bundle(const struct stat *);
void place_path(int, char *, size_t);
int place_main(int, char **);

/* files.c: Files in STATE. */
int file_open(const char *, int);
int file_read(const char *, char **, size_t);
int file_replace(const char *, const char *, size_t);
bool lock_within(int, int);
int file_lock(const char *);
int sealed_file(const char *, const char *, size_t);

/* log.c: The error log, STATE/log. */
int log_open(void);
void log_fail_with_last_line(void) __attribute__((noreturn));

/* agent.c: Sockets of forwarded agents. */
void agent_prepare(void);

/* user.c: The user database. */
bool user_is_own(const char *);

/* privileges.c: chroot, groups and owners, with the capabilities that there are. */

/* key_line.c: Lines of authorized_keys. */
enum {
	LONGEST_KEY = 1024,
	LONGEST_LINE = LONGEST_KEY + 128,
	DATE = sizeof("20260101000000Z") - 1,
};
char *key_line(const char *, const char *, const char *);
void key_line_date(time_t, char [DATE + 1]);
const char *key_line_next(const char *);
bool key_line_is_valid(const char *, const char *, const char **, size_t *);

/* keys.c: The keys that may log in. They are held in memory; their file outlasts a restart. */
bool keys_add(const char *);
void keys_load(void);
int keys_save(void);
int keys_hand_on(void);
void keys_receive(int);

/* host_key.c: The server's host key. */
struct host_key {
	char *public;			/* as known_hosts has it: "ssh-ed25519 AAAA..." */
	char *private;			/* the content of the file */
	size_t length;
};
void host_key_prepare(struct host_key *);

/* logins.c: The list of logins, STATE/logins. */
extern bool login_is_clean;		/* this session's key came with clean-environment */
int logins_open(void);
void logins_receive(int);

/* address.c: The addresses of a connection that came to our port. */
void address_note(int);
char *address_announce(void);
void address_receive(const char *);

/* handover.c: What our own programs get from the one that executes them. */
int handover_exec(const char *, char *const[]);
void handover_receive(void);

/* environment.c: The environment of sessions. */

/* process.c: Other processes, which keep their identity while they are signalled. */
int process_open(pid_t);
void process_signal(int, pid_t, int);

/* control.c: The socket on which "up" and "down" talk to the server. */
int control_socket(void);
void control_limit_wait(int, time_t);
bool control_peer_is_ours(int, pid_t *);
int control_listen(void);
int control_connect(pid_t *);
char *control_ask(int, const char *);
void control_serve(int, const char *(*)(const char *));

/* session_lock.c: The lock by which "down" finds sessions. */
bool session_lock_hold(void);
pid_t session_lock_holder(int);

/* unused.c: A STATE or an installation that no process uses. */
typedef bool visitor(int, const char *);
bool visit_all(int, visitor *);
bool visit_tools(int, visitor *);
int open_own(int, const char *, struct stat *);
bool remove_unused_state(int, const char *, time_t);
bool is_of_installation(const char *);
bool remove_old_file(int, const char *, time_t);

/* sweep.c: Removes what is not used any more. */
void sweep_place(void);
int sweep_main(int, char **);

/* connections.c: The listener's children that are connections. */
struct connections {
	size_t count;			/* open now, as of the last wait */
	long long ended;		/* monotonic milliseconds when one last ended; 0: none has */
	long long refused;		/* when somebody last failed to log in */
};
extern struct connections connections;
void connections_begin(void);
bool is_listener(void);
pid_t connections_fork(void);
bool connections_remain(void);
void connections_signal(int);
void connections_await(void);

/* orphans.c: What the processes of a connection leave behind. */
void orphans_adopt(void);
void orphans_reap(void);

/* port.c: The listener's port, STATE/port. */
const char *port_announce(int, const char *);
bool port_file_is_ours(void);

/* sshd.c: sshd's main, with its configuration. */
void sshd_forget_host_key(void);
int sshd_run(const struct host_key *, const char *, int) __attribute__((noreturn));

/* ring.c: What a stream has between two positions (declared in resume.h, as is most of what follows). */

/* frames.c: Frames of a resumable connection. */

/* resume_key.c: The keys of resumable connections. */
void resume_key_prepare(void);
bool resume_key_is_ours(void);
const char *resume_key_line(const char *);

/* handshake.c: The messages that begin an attachment. */

/* meeting.c: Where attachers find holders. */

/* paused.c: How many connections may be paused at once. */

/* sending.c: What a holder writes to its attachment. */

/* receiving.c: What a holder reads from it. */

/* ending.c: How a holder loses its attachment, gets another one, and ends. */

/* plain.c: A client that speaks ssh at once. */

/* takeover.c: What comes to a holder through its socket. */

/* holder.c: Stands between the client's stream and sshd, and outlives the stream. */

/* greeting.c: The beginning of an attachment. */

/* handback.c: What the listener has accepted goes to a process of its own. */
int handback(int);

/* listener.c: The listening server. */
struct server {
	int idle;			/* seconds, 0 is never */
	int lock;			/* lock.server */
	int keys_lock;			/* lock.keys, until it listens */
	struct host_key host_key;
	const char *first_key;		/* line of the key that comes first */
};
void listener_activate(const struct server *, int);
void listener_leave(void);

/* server.c: Starts a server. */
void server_start(struct server *) __attribute__((noreturn));

/* up.c: The commands "up" and "serve". */
int up_main(int, char **);
int serve_main(int, char **);

/* session.c: The command "session". */
int session_main(int, char **);

/* down.c: The command "down". */
int down_main(int, char **);

/* hold.c: The command "hold". */
int hold_main(int, char **);

/* programs.c: Calls that OpenSSH's three programs answer differently. */

/* main.c: Which program this is. */

#endif
