"""connect-paramiko.py CONFIGURATION HOST USER COMMAND: paramiko with its own reader of ssh_config, which knows no Include."""
import sys

import paramiko

configuration, host, user, command = sys.argv[1:]
options = paramiko.SSHConfig.from_path(configuration).lookup(host)
client = paramiko.SSHClient()


class Learned(paramiko.MissingHostKeyPolicy):
    """The key is written down while the connection is made."""

    def missing_host_key(self, client, hostname, key):
        if not paramiko.HostKeys(options["userknownhostsfile"].strip('"')).check(hostname, key):
            raise paramiko.SSHException("this is not the key of the container")


client.set_missing_host_key_policy(Learned())
client.connect(host, username=user, key_filename=[name.strip('"') for name in options["identityfile"]], allow_agent=False, look_for_keys=False,
               sock=paramiko.ProxyCommand(options["proxycommand"]))
print(client.exec_command(command)[1].read().decode(), end="")
client.close()
