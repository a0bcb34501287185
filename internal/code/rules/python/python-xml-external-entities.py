import xml.dom.minidom
import xml.sax
import xml.sax.handler

import defusedxml.ElementTree
import lxml.etree
from flask import request


def load():
    # ruleid: python-xml-external-entities
    lxml.etree.fromstring(request.data)
    parser = lxml.etree.XMLParser(resolve_entities=True)
    # ruleid: python-xml-external-entities
    lxml.etree.parse(request.files["file"], parser)
    # ok: python-xml-external-entities
    lxml.etree.parse("settings.xml", parser)
    # ok: python-xml-external-entities
    lxml.etree.fromstring(request.data, lxml.etree.XMLParser(resolve_entities=False))
    # ok: python-xml-external-entities
    defusedxml.ElementTree.fromstring(request.data)


def safe_parser():
    parser = lxml.etree.XMLParser(resolve_entities=False, no_network=True)
    # ok: python-xml-external-entities
    return lxml.etree.fromstring(request.data, parser=parser)


def sax():
    parser = xml.sax.make_parser()
    parser.setFeature(xml.sax.handler.feature_external_ges, True)
    # ruleid: python-xml-external-entities
    return xml.dom.minidom.parseString(request.form["xml"], parser)


def sax_off():
    parser = xml.sax.make_parser()
    parser.setFeature(xml.sax.handler.feature_external_ges, False)
    # ok: python-xml-external-entities
    return xml.dom.minidom.parseString(request.form["xml"], parser)


def sax_default():
    parser = xml.sax.make_parser()
    # ok: python-xml-external-entities
    return xml.dom.minidom.parseString(request.form["xml"], parser)
