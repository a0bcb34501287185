from django.views.decorators.csrf import csrf_exempt, csrf_protect


# ruleid: python-csrf-off
@csrf_exempt
def pay(request):
    return None


# ok: python-csrf-off
@csrf_protect
def order(request):
    return None


def configure(app):
    # ruleid: python-csrf-off
    app.config["WTF_CSRF_ENABLED"] = False
    # ok: python-csrf-off
    app.config["WTF_CSRF_ENABLED"] = True
    # ok: python-csrf-off
    app.config["WTF_CSRF_TIME_LIMIT"] = None


# ok: python-csrf-off
def view(request):
    return None
