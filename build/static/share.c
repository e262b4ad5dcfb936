/*
 * Answers ssh's question whether it may share a connection (`sshpod share --host HOST`) before .NET starts. ssh asks at every start, and
 * starting .NET would be nearly all that the answer costs.
 *
 * It says yes, or nothing. Then the program goes on, and src/Sshpod/Connections/SharedConnections.cs answers: every no, everything that has
 * to wait, and everything unusual is left to that. The digest is that of src/Sshpod/Connections/HostMeaning.cs, which
 * tests/Sshpod.Tests/Build/EarlyAnswerTests.cs compares. Where the two differ, the answer takes longer, but is the same: a live connection
 * holds its claim, and what it claimed is then compared by .NET.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "meaning.h"

/*
 * A claim is the meaning, then perhaps two times: " %019d %019d", or " lost" and blanks during an outage, which is a no.
 * Its file is named for the beginning of a digest.
 */
enum { TIME = 19, CLAIM = MEANING + 2 * (1 + TIME), NAME = 16 };

static bool is_ours_alone(const char *directory)
{
	struct stat status;

	return lstat(directory, &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == geteuid()
		&& (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* As UnixFile.LetsOthersExchange. */
static bool lets_others_exchange(const struct stat *status)
{
	bool is_private_group = status->st_gid == status->st_uid && status->st_gid == geteuid() && status->st_gid == getegid();

	return (status->st_mode & S_ISVTX) == 0
		&& ((status->st_mode & S_IWOTH) != 0 || ((status->st_mode & S_IWGRP) != 0 && !is_private_group));
}

static bool is_at_or_above(const char *directory, const char *path)
{
	size_t length = strlen(directory);

	return strncmp(directory, path, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

/* As PrivateDirectory.Check, but links are left to that. */
static bool is_private(const char *directory, const char *home)
{
	char above[PATH_MAX];
	struct stat status;
	size_t length = 0;

	while (true) {
		length += 1 + strcspn(directory + length + 1, "/");
		if (directory[length] == '\0')
			return is_ours_alone(directory);
		memcpy(above, directory, length);
		above[length] = '\0';
		if (is_at_or_above(above, home))
			continue;
		if (lstat(above, &status) != 0 || !S_ISDIR(status.st_mode) || (status.st_uid != geteuid() && status.st_uid != 0)
			|| lets_others_exchange(&status))
			return false;
	}
}

/* As SharedConnections.FileOf. */
static bool find_claim(char *path, const char *host, const char *home)
{
	char cache[PATH_MAX], directory[PATH_MAX], folded[LONGEST_HOST + 1], name[MEANING + 1];
	struct sha256 hash;

	if (!locate(cache, "XDG_CACHE_HOME", home, ".cache/sshpod") || !is_private(cache, home) || !join(directory, cache, "c")
		|| !is_ours_alone(directory))
		return false;
	strcpy(folded, host);
	fold(folded, strlen(folded));
	begin(&hash);
	append(&hash, folded, strlen(folded));
	finish_text(&hash, name);
	strcpy(name + NAME, ".claim");
	return join(path, directory, name);
}

static bool read_time(const char *text, long long *time)
{
	*time = 0;
	if (*text != ' ' || strspn(text + 1, "0123456789") < TIME)
		return false;
	/* 19 digits may be too many, and then it is not ours. */
	errno = 0;
	*time = strtoll(text + 1, NULL, 10);
	return errno == 0;
}

/* As SharedConnections.Claim: whether the name is claimed for this meaning, by a connection that takes sessions now. */
static bool is_claimed(int claim, const char *meaning)
{
	char text[CLAIM + 1], last[1 + TIME + 1];
	long long since, until, now = time(NULL);
	ssize_t length = pread(claim, text, CLAIM, 0);

	if (length < MEANING || memcmp(text, meaning, MEANING) != 0)
		return false;
	/* The connection is still being opened. */
	if (length == MEANING)
		return true;
	if (length != CLAIM)
		return false;
	text[CLAIM] = '\0';
	strcpy(last, text + CLAIM - 1 - TIME);
	text[CLAIM - 1 - TIME] = '\0';
	return read_time(text + MEANING, &since) && read_time(last, &until) && since <= now && now < until;
}

/* Claims the name, unless a connection lives or another process is about to. .NET locks with flock too. */
static bool take(int claim, const char *meaning)
{
	return flock(claim, LOCK_EX | LOCK_NB) == 0 && ftruncate(claim, 0) == 0 && pwrite(claim, meaning, MEANING, 0) == MEANING;
}

static bool may_share(const char *host)
{
	const char *home = getenv("HOME");
	char path[PATH_MAX], meaning[MEANING + 1];
	bool may;
	int claim;

	if (home == NULL || !is_plain(home) || access(home, R_OK) != 0 || !find_claim(path, host, home) || !find_meaning(meaning, host, home))
		return false;
	claim = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, S_IRUSR | S_IWUSR);
	if (claim < 0)
		return false;
	may = is_claimed(claim, meaning) || take(claim, meaning);
	close(claim);
	return may;
}

static bool is_host(const char *host)
{
	size_t length = strlen(host);

	return length > 0 && length <= LONGEST_HOST && *host != '-'
		&& strspn(host, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.") == length;
}

/* Before every other constructor. Those of glibc get the arguments of main. */
__attribute__((constructor(101))) static void answer(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "share") == 0 && strcmp(argv[2], "--host") == 0 && is_host(argv[3]) && may_share(argv[3]))
		_exit(0);
}
