import ssl


def context():
    # ruleid: python-old-tls
    ssl.SSLContext(ssl.PROTOCOL_TLSv1)
    # ruleid: python-old-tls
    ssl.wrap_socket(None, ssl_version=ssl.PROTOCOL_SSLv3)
    made = ssl.create_default_context()
    # ruleid: python-old-tls
    made.minimum_version = ssl.TLSVersion.TLSv1
    # ok: python-old-tls
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    # ok: python-old-tls
    ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # ok: python-old-tls
    made.options |= ssl.OP_NO_TLSv1
