/* connect-libssh CONFIGURATION HOST USER COMMAND: what Remmina, KDE and others do that are built on libssh. */
#include <libssh/libssh.h>
#include <stdio.h>
#include <string.h>

static int
failed(const char *step, ssh_session session)
{
	fprintf(stderr, "libssh: %s: %s\n", step, ssh_get_error(session));
	return 1;
}

int
main(int argc, char **argv)
{
	ssh_session session = ssh_new();
	ssh_channel channel;
	char buffer[4096];
	int n;

	if (argc != 5 || session == NULL)
		return 2;
	ssh_options_set(session, SSH_OPTIONS_HOST, argv[2]);
	ssh_options_set(session, SSH_OPTIONS_USER, argv[3]);
	if (ssh_options_parse_config(session, argv[1]) != SSH_OK)
		return failed("configuration", session);
	if (ssh_connect(session) != SSH_OK)
		return failed("connect", session);
	if (ssh_session_is_known_server(session) != SSH_KNOWN_HOSTS_OK)
		return failed("host key", session);
	if (ssh_userauth_publickey_auto(session, NULL, NULL) != SSH_AUTH_SUCCESS)
		return failed("login", session);
	if ((channel = ssh_channel_new(session)) == NULL || ssh_channel_open_session(channel) != SSH_OK
	    || ssh_channel_request_exec(channel, argv[4]) != SSH_OK)
		return failed("command", session);
	while ((n = ssh_channel_read(channel, buffer, sizeof(buffer), 0)) > 0)
		fwrite(buffer, 1, (size_t)n, stdout);
	ssh_channel_free(channel);
	ssh_disconnect(session);
	ssh_free(session);
	return 0;
}
