"""connect-asyncssh.py CONFIGURATION HOST USER COMMAND"""
import asyncio
import sys

import asyncssh


async def main(configuration, host, user, command):
    # Its own way through the file, as a program would be written.
    async with asyncssh.connect(host, username=user, config=[configuration], agent_path=None) as connection:
        print((await connection.run(command, check=True)).stdout, end="")


asyncio.run(main(*sys.argv[1:]))
