import os


class Runner:
    def __init__(self, command):
        self.command = command
        self.shell = "/bin/sh"

    def start(self):
        # ok: python-shell-from-input
        os.system(self.shell)
        # ruleid: python-shell-from-input
        return os.system(self.command)
