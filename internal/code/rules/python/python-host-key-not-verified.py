import paramiko
from paramiko import AutoAddPolicy


def connect():
    client = paramiko.SSHClient()
    # ruleid: python-host-key-not-verified
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
    # ruleid: python-host-key-not-verified
    client.set_missing_host_key_policy(AutoAddPolicy)
    # ruleid: python-host-key-not-verified
    client.set_missing_host_key_policy(paramiko.WarningPolicy())
    # ok: python-host-key-not-verified
    client.set_missing_host_key_policy(paramiko.RejectPolicy())
    # ok: python-host-key-not-verified
    client.load_system_host_keys()
    # ok: python-host-key-not-verified
    client.set_missing_host_key_policy(Pinned("SHA256:abc"))
