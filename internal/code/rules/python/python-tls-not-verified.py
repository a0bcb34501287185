import ssl

import requests
from requests import get

# ruleid: python-tls-not-verified
requests.get("https://example.org", verify=False)
# ruleid: python-tls-not-verified
get("https://example.org", timeout=3, verify=False)
# ok: python-tls-not-verified
requests.get("https://example.org", verify="/etc/ssl/ca.pem")
# ruleid: python-tls-not-verified
context = ssl._create_unverified_context()
session = requests.Session()
# ruleid: python-tls-not-verified
session.verify = False
# ruleid: python-tls-not-verified
session.get("https://example.org", verify=False)
# ok: python-tls-not-verified
session.verify = "/etc/ssl/ca.pem"
# ok: python-tls-not-verified
settings.verify = False
with requests.Session() as other:
    # ruleid: python-tls-not-verified
    other.verify = False
