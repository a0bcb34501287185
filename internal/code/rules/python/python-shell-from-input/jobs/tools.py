import shlex
import subprocess


def archive(files, name="out"):
    # ruleid: python-shell-from-input
    subprocess.run("tar cf %s %s" % (name, " ".join(files)), shell=True)


def quoted(target):
    # ok: python-shell-from-input
    subprocess.run("ls " + shlex.quote(target), shell=True)
