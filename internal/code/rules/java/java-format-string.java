package shop.web;

import java.io.*;
import java.util.*;
import javax.servlet.ServletException;
import javax.servlet.http.*;

public class Page extends HttpServlet {
void label(HttpServletRequest request, PrintStream out, Object value) {
    String pattern = request.getParameter("pattern");
    // ruleid: java-format-string
    String.format(pattern, value);
    // ruleid: java-format-string
    out.printf("%s " + pattern, value);

    // ok: java-format-string
    String.format("%s: %s", pattern, value);
    // ok: java-format-string
    out.printf("%s", pattern);
    // ok: java-format-string
    String.format("%" + Integer.parseInt(pattern) + "d", value);
}
}
