import tarfile
import zipfile


def unpack(path, names):
    tar = tarfile.open(path)
    # ruleid: python-archive-extract
    tar.extractall("uploads")
    # ruleid: python-archive-extract
    tarfile.open(path).extractall()
    with tarfile.open(path) as other:
        # ruleid: python-archive-extract
        other.extractall("uploads")
        # ok: python-archive-extract
        other.extractall("uploads", filter="data")
    # ok: python-archive-extract
    tar.extractall("uploads", members=checked(tar))
    # ok: python-archive-extract
    zipfile.ZipFile(path).extractall("uploads")
