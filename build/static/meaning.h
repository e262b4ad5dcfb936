/*
 * What a host name means on this machine now, as src/Sshpod/Connections/HostMeaning.cs computes it: the digest of kubeconfig, settings,
 * access, locale and name. What may be different for .NET is not computed here: then nothing is said.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include "sha256.h"

/* In hexadecimal. */
enum { MEANING = 2 * DIGEST };

/* A longer host name, or a larger file, is left to .NET. */
enum { LONGEST_HOST = 512, LARGEST_FILE = 1 << 20 };

/* With the zero behind it. */
static void append_text(struct sha256 *hash, const char *text)
{
	append(hash, text, strlen(text) + 1);
}

/* Whether all of it is ASCII that can be seen: other bytes may mean something else to .NET. */
static bool is_visible(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text <= ' ' || *text > '~')
			return false;
	return true;
}

/* Whether it is an absolute path that .NET uses as it is written, such as one without "..". */
static bool is_plain(const char *path)
{
	const char *part = path;
	size_t length;

	if (*path != '/' || !is_visible(path) || strlen(path) > PATH_MAX / 2)
		return false;
	for (; *part != '\0'; part += length) {
		part++;
		length = strcspn(part, "/");
		if (length == 0 || (length == 1 && part[0] == '.') || (length == 2 && part[0] == '.' && part[1] == '.'))
			return false;
	}
	return true;
}

static bool join(char *path, const char *directory, const char *rest)
{
	int length = snprintf(path, PATH_MAX, "%s/%s", directory, rest);

	return length > 0 && length < PATH_MAX;
}

/* As ClientDirectory.Locate. */
static bool locate(char *directory, const char *variable, const char *home, const char *usual)
{
	const char *set = getenv(variable);

	if (set != NULL && *set == '/')
		return is_plain(set) && join(directory, set, "sshpod");
	return join(directory, home, usual);
}

static bool is_small_file(const struct stat *status)
{
	return S_ISREG(status->st_mode) && status->st_size <= LARGEST_FILE;
}

/* As HostMeaning.AppendContent: a file that cannot be read has no influence. */
static bool append_content(struct sha256 *hash, const char *path)
{
	struct sha256 own;
	unsigned char digest[DIGEST], buffer[16 * 1024];
	struct stat status;
	ssize_t count = -1;
	int file;

	/* The writer of a pipe would take us for its reader, so one is not even opened. */
	if (stat(path, &status) == 0 && !is_small_file(&status))
		return false;
	/* Nothing waits here, not even for the other end of a pipe that has just come there. */
	file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (file < 0)
		return errno == ENOENT || errno == ENOTDIR || errno == EACCES;
	begin(&own);
	if (fstat(file, &status) == 0 && is_small_file(&status))
		while ((count = read(file, buffer, sizeof buffer)) > 0 && own.length <= LARGEST_FILE)
			append(&own, buffer, (size_t)count);
	close(file);
	if (count != 0)
		return false;
	finish(&own, digest);
	append(hash, digest, sizeof digest);
	return true;
}

/* As HostMeaning.AppendKubeconfig. */
static bool append_kubeconfig(struct sha256 *hash, const char *home)
{
	const char *names = getenv("KUBECONFIG");
	char path[PATH_MAX];
	size_t length;

	if (names == NULL || *names == '\0') {
		if (!join(path, home, ".kube/config"))
			return false;
		append_text(hash, path);
		return append_content(hash, path);
	}
	for (; *names != '\0'; names += length) {
		names += strspn(names, ":");
		length = strcspn(names, ":");
		if (length == 0)
			break;
		if (length >= sizeof path)
			return false;
		memcpy(path, names, length);
		path[length] = '\0';
		if (!is_plain(path))
			return false;
		append_text(hash, path);
		if (!append_content(hash, path))
			return false;
	}
	return true;
}

/* As UnaskedVariables.Locale. */
static void append_locale(struct sha256 *hash)
{
	static const char *const names[] = {
		"LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "LC_COLLATE", "LC_MESSAGES", "LC_MONETARY", "LC_NUMERIC", "LC_TIME", "LC_ADDRESS",
		"LC_IDENTIFICATION", "LC_MEASUREMENT", "LC_NAME", "LC_PAPER", "LC_TELEPHONE",
	};
	const char *value;
	size_t i;

	for (i = 0; i < sizeof names / sizeof *names; i++)
		if ((value = getenv(names[i])) != NULL && strlen(value) <= 128 && is_visible(value)) {
			append(hash, " ", 1);
			append(hash, names[i], strlen(names[i]));
			append(hash, "=", 1);
			append(hash, value, strlen(value));
		}
	append(hash, "", 1);
}

static void fold(char *text, size_t length)
{
	for (; length > 0; length--, text++)
		if (*text >= 'A' && *text <= 'Z')
			*text += 'a' - 'A';
}

/* As HostMeaning.Canonical: the names of contexts are case-sensitive. */
static void make_canonical(char *host)
{
	static const char context[] = "context--";
	size_t length;

	while (true) {
		length = strcspn(host, ".");
		fold(host, strncasecmp(host, context, sizeof context - 1) == 0 ? sizeof context - 1 : length);
		if (host[length] == '\0')
			return;
		host += length + 1;
	}
}

/* As HostMeaning.Digest. */
static bool find_meaning(char *meaning, const char *host, const char *home)
{
	const char *access_time = getenv("SSHPOD_ACCESS");
	char settings[PATH_MAX], directory[PATH_MAX], canonical[LONGEST_HOST + 1];
	struct sha256 hash;

	if (access_time == NULL)
		access_time = "";
	begin(&hash);
	if (!is_visible(access_time) || !append_kubeconfig(&hash, home) || !locate(directory, "XDG_CONFIG_HOME", home, ".config/sshpod")
		|| !join(settings, directory, "config.yaml"))
		return false;
	append_text(&hash, settings);
	if (!append_content(&hash, settings))
		return false;
	append_text(&hash, access_time);
	append_locale(&hash);
	strcpy(canonical, host);
	make_canonical(canonical);
	append_text(&hash, canonical);
	finish_text(&hash, meaning);
	return true;
}
