/* One executable, four programs: which one it is depends on the name it was started by. */
#include <stdio.h>
#include <string.h>

#include "sshpod.h"

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
		program = &session_program;
		origin_receive();
		return sshd_session_main(argc, argv);
	}
	if (is_named(argv[0], "sshd-auth")) {
		program = &auth_program;
		origin_receive();
		return sshd_auth_main(argc, argv);
	}
	if (argc > 1 && strcmp(argv[1], "up") == 0)
		return up_main(argc, argv);
	if (argc > 1 && strcmp(argv[1], "serve") == 0)
		return serve_main(argc, argv);
	if (argc > 1 && strcmp(argv[1], "down") == 0)
		return down_main(argc, argv);
	if (argc > 1 && strcmp(argv[1], "session") == 0)
		return session_main(argc, argv);
	if (argc > 1 && strcmp(argv[1], "place") == 0)
		return place_main(argc, argv);
	if (argc > 1 && strcmp(argv[1], "sweep") == 0)
		return sweep_main(argc, argv);
	if (argc > 1 && strcmp(argv[1], "version") == 0)
		return puts("sshpod-sshd " OPENSSH_VERSION " " ARCHITECTURE) < 0;
	return sshd_main(argc, argv);
}
