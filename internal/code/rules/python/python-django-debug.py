import os

INSTALLED_APPS = ["shop"]
# ruleid: python-django-debug
DEBUG = True
# ok: python-django-debug
TEMPLATE_DEBUG_TOOLBAR = True
# ok: python-django-debug
DEBUG = os.environ.get("DEBUG") == "1"
# ok: python-django-debug
DEBUG = False
if os.environ.get("DEBUG"):
    # ok: python-django-debug
    DEBUG = True
