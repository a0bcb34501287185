package shop.web;

import java.io.*;
import java.util.*;
import javax.servlet.ServletException;
import javax.servlet.http.*;
import javax.xml.xpath.*;
import org.w3c.dom.Document;

public class Page extends HttpServlet {
void find(HttpServletRequest request, Document document) throws XPathExpressionException {
    String name = request.getParameter("name");
    XPath xpath = XPathFactory.newInstance().newXPath();
    // ruleid: java-xpath-injection
    xpath.evaluate("//user[name='" + name + "']", document);
    String expression = "//user[name='" + name + "']";
    // ruleid: java-xpath-injection
    xpath.compile(expression).evaluate(document);

    xpath.setXPathVariableResolver(variable -> name);
    // ok: java-xpath-injection
    xpath.evaluate("//user[name=$name]", document);
    // ok: java-xpath-injection
    xpath.evaluate("//user[" + Integer.parseInt(name) + "]", document);
    // ok: java-xpath-injection
    xpath.evaluate("//user[name='admin']", document);
}
}
