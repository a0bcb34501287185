package shop.web;

import java.io.*;
import java.util.*;
import javax.servlet.ServletException;
import javax.servlet.http.*;
import org.apache.commons.lang.StringEscapeUtils;
import org.owasp.encoder.Encode;
import org.owasp.esapi.ESAPI;

public class Page extends HttpServlet {
@Override
public void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
    String name = request.getParameter("name");
    response.setContentType("text/html;charset=UTF-8");
    // ruleid: java-xss
    response.getWriter().println("<p>Hello " + name);
    PrintWriter out = response.getWriter();
    // ruleid: java-xss
    out.printf("<p>%s</p>", name);
    // ruleid: java-xss
    out.format(Locale.US, "%s %s", "a", request.getQueryString());
    // ruleid: java-xss
    out.write(name.toCharArray());
    // ruleid: java-xss
    out.append("<p>").append(name);
    Object[] both = {"a", name};
    // ruleid: java-xss
    out.format("%1$s %2$s", both);
    greet(out, name);
    // ruleid: java-xss
    response.getOutputStream().print("<p>" + name);

    // ok: java-xss
    out.println("<p>Hello " + Encode.forHtml(name));
    // ok: java-xss
    out.println("<p>Hello " + StringEscapeUtils.escapeHtml(name));
    // ok: java-xss
    out.println("<p>" + ESAPI.encoder().encodeForHTML(name));
    // ok: java-xss
    out.println("<p>" + name.length());
    // ok: java-xss
    out.println("<p>" + Integer.parseInt(name));
    // ok: java-xss
    out.println("<p>Hello");
}

private void greet(PrintWriter out, String name) {
    // ruleid: java-xss (drydock)
    out.println("<b>" + name);
}

void json(HttpServletRequest request, HttpServletResponse response) throws IOException {
    response.setContentType("application/json");
    // ok: java-xss
    response.getWriter().print("{\"name\":\"" + request.getParameter("name") + "\"}");
}

void report(HttpServletRequest request) throws IOException {
    StringWriter text = new StringWriter();
    PrintWriter lines = new PrintWriter(text);
    // ok: java-xss
    lines.println(request.getParameter("name"));
}
}
