/*
 * The user database. The key alone decides who may log in; this file decides as whom:
 *   - a name of the container's /etc/passwd, if this is root and can switch to it: that user;
 *   - any other name: the user that the container itself runs as, whether or not it has an entry.
 */
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sshpod.h"

static char own_name[256];

static bool
is_directory(const char *path)
{
	struct stat st;

	return path != NULL && path[0] == '/' && stat(path, &st) == 0 && S_ISDIR(st.st_mode) &&
	    access(path, X_OK) == 0;
}

/* Service accounts have these in place of a shell; the owner of the key must get in all the same. */
static bool
is_shell(const char *path)
{
	static const char *const not_shells[] =
	    { "nologin", "false", "true", "sync", "halt", "shutdown", "git-shell" };
	struct stat st;

	if (path == NULL || path[0] != '/' || stat(path, &st) != 0 || !S_ISREG(st.st_mode) ||
	    access(path, X_OK) != 0)
		return false;
	for (size_t i = 0; i < sizeof(not_shells) / sizeof(*not_shells); i++)
		if (strcmp(strrchr(path, '/') + 1, not_shells[i]) == 0)
			return false;
	return true;
}

/*
 * Falls back to the shell that came with the bundle, where the container has none, and then to the bundle itself, so that
 * forwarding and sftp work without a shell.
 */
static char *
choose_shell(const char *of_entry)
{
	static char none[300], ours[300];
	const char *candidates[] = { of_entry, origin_getenv("SHELL"), "/bin/bash", "/usr/bin/bash",
	    "/bin/sh", "/usr/bin/sh", "/bin/ash", "/bin/busybox/sh", "/busybox/sh" };

	for (size_t i = 0; i < sizeof(candidates) / sizeof(*candidates); i++)
		if (is_shell(candidates[i]))
			return (char *)candidates[i];
	if (origin_bundle_path(ours, sizeof(ours), "sh") && is_shell(ours))
		return ours;
	return origin_program_path(none, sizeof(none), "sshd") ? none : (char *)"/bin/sh";
}

static char *
choose_home(const char *first, const char *second)
{
	if (is_directory(first))
		return (char *)first;
	return is_directory(second) ? (char *)second : (char *)"/";
}

/*
 * Looks in /etc/passwd by name, or by UID when the name is NULL. getpwnam_r() would give up on all entries after a line
 * longer than its buffer. Malformed lines are skipped. The next call overwrites the entry.
 */
static struct passwd *
find_entry(const char *name, uid_t uid)
{
	struct passwd *entry = NULL;
	FILE *f = fopen("/etc/passwd", "re");

	if (f == NULL)
		return NULL;
	while ((entry = fgetpwent(f)) != NULL)
		if (name != NULL ? strcmp(entry->pw_name, name) == 0 :
		    entry->pw_uid == uid && entry->pw_name[0] != '\0')
			break;
	fclose(f);
	return entry;
}

/* The container's user, by whatever name it was asked for. Its home is the container's HOME, as with kubectl exec. */
static struct passwd *
own_user(const char *login)
{
	static struct passwd user;
	struct passwd *found = login != NULL ? find_entry(login, 0) : NULL;

	if (found == NULL || found->pw_uid != origin.uid)
		found = find_entry(NULL, origin.uid);
	if (found != NULL)
		snprintf(own_name, sizeof(own_name), "%s", found->pw_name);
	else if (login != NULL || own_name[0] == '\0')
		snprintf(own_name, sizeof(own_name), "%s", login != NULL ? login : "user");
	user.pw_name = own_name;
	user.pw_passwd = (char *)"*";
	user.pw_gecos = (char *)"";
	user.pw_uid = origin.uid;
	user.pw_gid = origin.gid;
	user.pw_dir = choose_home(origin_getenv("HOME"), found != NULL ? found->pw_dir : NULL);
	user.pw_shell = choose_shell(found != NULL ? found->pw_shell : NULL);
	return &user;
}

/*
 * The user to switch to, or NULL when the name means the container's own. What is reached through another process
 * (/proc/PID/root) is closed to every other UID: no session of theirs could read anything of ours.
 */
static struct passwd *
other_user(const char *login)
{
	struct passwd *user;

	if (!origin.privileged || strncmp(origin.bundle, "/proc/", 6) == 0)
		return NULL;
	user = find_entry(login, 0);
	if (user == NULL || user->pw_uid == origin.uid || !ids_mapped(user->pw_uid, user->pw_gid))
		return NULL;
	user->pw_passwd = (char *)"*";
	user->pw_dir = choose_home(user->pw_dir, NULL);
	user->pw_shell = choose_shell(user->pw_shell);
	return user;
}

/* The user that handles the network before authentication. No image needs to have it. */
static struct passwd *
separation_user(void)
{
	static struct passwd user = { .pw_name = (char *)SSH_PRIVSEP_USER, .pw_passwd = (char *)"*",
	    .pw_gecos = (char *)"", .pw_dir = (char *)"/", .pw_shell = (char *)"/bin/false" };

	user.pw_uid = origin.privileged ? 65534 : origin.uid;
	user.pw_gid = origin.privileged ? 65534 : origin.gid;
	return &user;
}

/* Whether a login by this name is one as the container's own user. */
bool
user_is_own(const char *name)
{
	return other_user(name) == NULL;
}

struct passwd *
getpwnam(const char *name)
{
	struct passwd *user;

	if (strcmp(name, SSH_PRIVSEP_USER) == 0)
		return separation_user();
	return (user = other_user(name)) != NULL ? user : own_user(name);
}

struct passwd *
getpwuid(uid_t uid)
{
	return uid == origin.uid ? own_user(NULL) : find_entry(NULL, uid);
}

struct group *
getgrgid(gid_t gid)
{
	static struct group entry;
	static char buffer[65536];
	struct group *found = NULL;

	return getgrgid_r(gid, &entry, buffer, sizeof(buffer), &found) == 0 ? found : NULL;
}

/* sshd asks only for "tty". Without that group, a terminal belongs to the user's own, which takes no privilege. */
struct group *
getgrnam(const char *name)
{
	(void)name;
	return NULL;
}

void setpwent(void) {}
void endpwent(void) {}
struct passwd *getpwent(void) { return NULL; }
void setgrent(void) {}
void endgrent(void) {}
struct group *getgrent(void) { return NULL; }

/* Passwords are off. This keeps the password hashes of libc out of the program. */
char *
crypt(const char *password, const char *salt)
{
	(void)password;
	(void)salt;
	return NULL;
}
