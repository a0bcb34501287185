package shop.core;

import java.io.InputStream;
import javax.xml.parsers.*;
import javax.xml.stream.XMLInputFactory;
import org.dom4j.io.SAXReader;
import org.w3c.dom.Document;

class Example {
void bad(InputStream in) throws Exception {
    // ruleid: java-xxe
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    DocumentBuilder builder = factory.newDocumentBuilder();
    builder.parse(in);
    // ruleid: java-xxe
    SAXParserFactory.newInstance().newSAXParser();
    // ruleid: java-xxe
    XMLInputFactory.newInstance().createXMLStreamReader(in);
    // ruleid: java-xxe
    new SAXReader().read(in);
}

void reader(InputStream in) throws Exception {
    // ruleid: java-xxe
    SAXReader reader = new SAXReader();
    reader.read(in);
}

Document good(InputStream in) throws Exception {
    // ok: java-xxe
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
    return factory.newDocumentBuilder().parse(in);
}

void stream(InputStream in) throws Exception {
    // ok: java-xxe
    XMLInputFactory factory = XMLInputFactory.newInstance();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.createXMLStreamReader(in);
}

void safeReader(InputStream in) throws Exception {
    // ok: java-xxe
    SAXReader reader = new SAXReader();
    reader.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
    reader.read(in);
}
}
