import os
import shlex
import subprocess as sp
from os import system as run

from flask import request


def ping():
    host = request.args.get("host")
    # ruleid: python-shell-from-input
    os.system("ping -c 1 " + host)
    # ruleid: python-shell-from-input
    run(f"ping {host}")
    # ruleid: python-shell-from-input
    sp.check_output("ping " + host, shell=True)
    # ok: python-shell-from-input
    sp.check_output(["ping", host])
    # ok: python-shell-from-input
    os.system("ping " + shlex.quote(host))
