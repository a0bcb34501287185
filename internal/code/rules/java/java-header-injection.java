package shop.web;

import java.io.*;
import java.util.*;
import javax.servlet.ServletException;
import javax.servlet.http.*;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

public class Page extends HttpServlet {
void answer(HttpServletRequest request, HttpServletResponse response) {
    String name = request.getParameter("name");
    // ruleid: java-header-injection
    response.setHeader("Content-Disposition", "attachment; filename=" + name);
    // ruleid: java-header-injection
    response.addHeader("X-" + name, "1");
    // ruleid: java-header-injection
    Cookie cookie = new Cookie("last", name);
    // ok: java-header-injection
    response.setHeader("X-Name", URLEncoder.encode(name, StandardCharsets.UTF_8));
    // ok: java-header-injection
    response.setHeader("X-Name", name.replaceAll("[\\r\\n]", ""));
    // ok: java-header-injection
    response.setHeader("X-Length", String.valueOf(name.length()));
    // ok: java-header-injection
    response.setHeader("X-Name", "fixed");
}
}
