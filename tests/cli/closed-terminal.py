"""Runs a command in a new terminal and closes the terminal once the command has written a text.

usage: closed-terminal.py TEXT COMMAND [WORD...]
Prints the command's exit code as a shell would report it.
"""

import fcntl
import os
import pty
import select
import struct
import sys
import termios

text, command = sys.argv[1].encode(), sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
seen = b""
while text not in seen:
    if not select.select([terminal], [], [], 60)[0]:
        break
    try:
        seen += os.read(terminal, 65536)
    except OSError:
        break
os.close(terminal)
_, status = os.waitpid(pid, 0)
sys.stderr.buffer.write(seen)
print(os.waitstatus_to_exitcode(status))
