import elementpath
import lxml.etree
from flask import request
from xml.etree import ElementTree

tree = lxml.etree.parse("people.xml")


def find():
    name = request.args["name"]
    # ruleid: python-xpath-injection
    tree.xpath("//person[@name='" + name + "']")
    # ruleid: python-xpath-injection
    lxml.etree.XPath(f"//person[@name='{name}']")(tree)
    # ruleid: python-xpath-injection
    elementpath.select(tree, "//person[@name='%s']" % name)
    root = ElementTree.parse("people.xml")
    # ruleid: python-xpath-injection
    root.findall(f".//person[@name='{name}']")
    # ok: python-xpath-injection
    tree.xpath("//person[@name=$name]", name=name)
    # ok: python-xpath-injection
    tree.xpath("//person[@number=%d]" % int(request.args["number"]))
    # ok: python-xpath-injection
    tree.xpath("//person[@name='" + name.replace("'", "&apos;") + "']")
    # ok: python-xpath-injection
    "some text".find(name)
