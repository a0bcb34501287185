import ldap
import ldap3
from flask import request
from ldap.filter import escape_filter_chars
from ldap3.utils.conv import escape_filter_chars as escape3

conn = ldap.initialize("ldap://directory")
conn3 = ldap3.Connection("directory")
BASE = "dc=example,dc=com"


def find():
    uid = request.args["uid"]
    # ruleid: python-ldap-injection
    conn.search_s(BASE, ldap.SCOPE_SUBTREE, "(uid=" + uid + ")")
    # ruleid: python-ldap-injection
    conn3.search(BASE, f"(&(objectClass=person)(uid={uid}))")
    # ruleid: python-ldap-injection
    conn3.search(search_base=BASE, search_filter="(uid=%s)" % uid)
    # ruleid: python-ldap-injection
    conn.search_s("ou=" + uid + "," + BASE, ldap.SCOPE_ONELEVEL, "(objectClass=*)")
    # ok: python-ldap-injection
    conn.search_s(BASE, ldap.SCOPE_SUBTREE, "(uid=" + escape_filter_chars(uid) + ")")
    # ok: python-ldap-injection
    conn3.search(BASE, "(uid={})".format(escape3(uid)))
    # ok: python-ldap-injection
    conn3.search(BASE, "(uid=admin)")
    number = int(request.args["number"])
    # ok: python-ldap-injection (drydock)
    conn3.search(BASE, f"(employeeNumber={number})")
