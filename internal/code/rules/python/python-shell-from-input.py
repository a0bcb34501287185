import asyncio
import os
import shlex
import subprocess
import subprocess as sp
from os import system as run

from django.http import HttpRequest
from django.views import View
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
    # ruleid: python-shell-from-input
    subprocess.run(["sh", "-c", "ping " + host])
    # ruleid: python-shell-from-input
    subprocess.run(["/bin/bash", "-c", f"ping {host}"], check=True)
    # ruleid: python-shell-from-input
    subprocess.getoutput("ping " + host)
    # ruleid: python-shell-from-input
    subprocess.Popen([host, "-c"])


def through_a_list():
    arguments = ["sh", "-c"]
    arguments.append("ping " + request.form["host"])
    # ruleid: python-shell-from-input
    subprocess.run(arguments)


def through_a_list_of_either_system():
    arguments = []
    if os.name == "nt":
        arguments.append("cmd.exe")
        arguments.append("/c")
    else:
        arguments.append("sh")
        arguments.append("-c")
    arguments.append("ping " + request.form["host"])
    # ruleid: python-shell-from-input
    subprocess.run(arguments)


def a_list_without_a_shell():
    arguments = ["ping", "-c", "1"]
    arguments.append(request.form["host"])
    # ok: python-shell-from-input
    subprocess.run(arguments)


async def later():
    # ruleid: python-shell-from-input
    await asyncio.create_subprocess_shell("ping " + request.cookies["host"])
    # ok: python-shell-from-input
    await asyncio.create_subprocess_exec("ping", request.cookies["host"])


def django_view(request: HttpRequest):
    # ruleid: python-shell-from-input
    os.popen("whois " + request.POST["domain"]).read()
    # ok: python-shell-from-input
    os.popen("whois example.com").read()
    seconds = int(request.POST["seconds"])
    # ok: python-shell-from-input (drydock)
    os.system("sleep %d" % seconds)


def typed():
    # ok: python-shell-from-input
    os.system("ls " + input("folder: "))


class Ping(View):
    def get(self, request, host, count):
        # ok: python-shell-from-input
        os.system("ping -c %s localhost" % count)
        # ruleid: python-shell-from-input
        os.system("ping " + host)
