from urllib.parse import urlparse

from django.http import HttpResponseRedirect
from django.shortcuts import redirect as django_redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from fastapi.responses import RedirectResponse
from flask import redirect, request, url_for


def after_login():
    target = request.args.get("next")
    if target == "home":
        # ok: python-open-redirect
        return redirect(url_for("home"))
    if target == "user":
        # ok: python-open-redirect
        return redirect("/user/" + target)
    if target == "search":
        # ok: python-open-redirect
        return redirect(f"https://www.example.com/?q={target}")
    if target == "page":
        # ok: python-open-redirect
        return redirect(url_for("page", number=target))
    # ruleid: python-open-redirect
    return redirect(target)


def compared():
    target = request.args["next"]
    if urlparse(target).netloc != "":
        target = "/"
    # ok: python-open-redirect
    return redirect(target)


def django_view(request):
    target = request.GET["next"]
    if url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        # ok: python-open-redirect
        return django_redirect(target)
    if target:
        # ok: python-open-redirect
        return HttpResponseRedirect(reverse("home"))
    # ruleid: python-open-redirect
    return HttpResponseRedirect(request.GET.get("next"))


def scheme_only():
    # ruleid: python-open-redirect
    return redirect("https://" + request.args["host"])


def starlette(request):
    # ruleid: python-open-redirect
    return RedirectResponse(url=request.query_params["next"])


def asked_before(request):
    target = request.GET.get("next")
    safe = url_has_allowed_host_and_scheme(url=target, allowed_hosts=None)
    # ok: python-open-redirect
    return HttpResponseRedirect(target if safe else "/")


def the_same_again(request):
    # ok: python-open-redirect
    return HttpResponseRedirect(request.get_full_path())


def by_its_beginning():
    target = request.args["next"]
    if target.startswith("https://www.example.com/"):
        # ok: python-open-redirect
        return redirect(target)
    if target.startswith("https"):
        # ruleid: python-open-redirect
        return redirect(target)
    return None
