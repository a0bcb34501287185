import os
import subprocess
import sys


def prepare():
    # ruleid: python-install-unpinned
    subprocess.run(["pip", "install", "requests"])
    # ruleid: python-install-unpinned
    subprocess.check_call([sys.executable, "-m", "pip", "install", "requests"])
    # ruleid: python-install-unpinned
    os.system("pip install requests")
    # ok: python-install-unpinned
    subprocess.run(["pip", "install", "requests==2.32.3"])
    # ok: python-install-unpinned
    os.system("pip install -r requirements.txt")
    # ok: python-install-unpinned
    subprocess.run(["pip", "list"])
