import os
import stat


def share(path):
    # ruleid: python-file-open-to-all
    os.chmod(path, 0o777)
    # ruleid: python-file-open-to-all
    os.chmod(path, 0o666)
    # ruleid: python-file-open-to-all
    os.chmod(path, stat.S_IRWXU | stat.S_IRWXO)
    # ok: python-file-open-to-all
    os.chmod(path, 0o600)
    # ok: python-file-open-to-all
    os.chmod(path, 0o755)
    # ok: python-file-open-to-all
    os.chmod(path, stat.S_IRUSR | stat.S_IWUSR)
