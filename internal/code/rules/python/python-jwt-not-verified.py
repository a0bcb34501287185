import jwt
from jose import jwt as jose_jwt


def read(token, key):
    # ruleid: python-jwt-not-verified
    jwt.decode(token, options={"verify_signature": False})
    # ruleid: python-jwt-not-verified
    jwt.decode(token, key, verify=False)
    # ruleid: python-jwt-not-verified
    jwt.decode(token, key, algorithms=["HS256", "none"])
    # ruleid: python-jwt-not-verified
    jose_jwt.get_unverified_claims(token)
    # ok: python-jwt-not-verified
    jwt.decode(token, key, algorithms=["HS256"])
    # ok: python-jwt-not-verified
    jwt.decode(token, key, algorithms=["RS256"], options={"verify_aud": False})
    # ok: python-jwt-not-verified
    jwt.get_unverified_header(token)
