import xml.etree.ElementTree as ET
from xml.dom import minidom

import defusedxml.ElementTree
from flask import request


def load():
    # ruleid: python-xml-entity-expansion
    ET.fromstring(request.data)
    # ruleid: python-xml-entity-expansion
    minidom.parseString(request.form["xml"])
    # ok: python-xml-entity-expansion
    ET.parse("settings.xml")
    # ok: python-xml-entity-expansion
    defusedxml.ElementTree.fromstring(request.data)
    # ok: python-xml-entity-expansion
    ET.fromstring("<a/>")
