/* One executable, several programs: OpenSSH's go by the name that they are started by, our commands by the first argument. */
#include <stdio.h>
#include <string.h>

#include "sshpod.h"

static int
version_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return puts("sshpod-sshd " OPENSSH_VERSION " " ARCHITECTURE) < 0;
}

static const struct {
	const char *name;
	int (*main)(int, char **);
} commands[] = {
	{ "up", up_main },
	{ "serve", serve_main },
	{ "down", down_main },
	{ "session", session_main },
	{ "place", place_main },
	{ "sweep", sweep_main },
	{ "hold", hold_main },
	{ "version", version_main },
};

static bool
is_named(const char *path, const char *name)
{
	const char *slash = strrchr(path, '/');

	return strcmp(slash != NULL ? slash + 1 : path, name) == 0;
}

int
main(int argc, char **argv)
{
	extern char **environ;

	if (argc < 1)
		return 1;
	title_capture(argc, argv, environ);
	origin_capture(environ);
	if (is_named(argv[0], "sshd-session")) {
		origin.role = SESSION;
		handover_receive();
		return sshd_session_main(argc, argv);
	}
	if (is_named(argv[0], "sshd-auth")) {
		origin.role = AUTH;
		handover_receive();
		return sshd_auth_main(argc, argv);
	}
	for (size_t i = 0; argc > 1 && i < sizeof(commands) / sizeof(*commands); i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].main(argc, argv);
	return sshd_main(argc, argv);
}
