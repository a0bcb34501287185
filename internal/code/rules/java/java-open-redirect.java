package shop.web;

import java.io.*;
import java.util.*;
import javax.servlet.ServletException;
import javax.servlet.http.*;

public class Page extends HttpServlet {
    private static final Set<String> PAGES = Set.of("/", "/orders");

void go(HttpServletRequest request, HttpServletResponse response) throws IOException {
    String next = request.getParameter("next");
    // ruleid: java-open-redirect
    response.sendRedirect(next);
    // ruleid: java-open-redirect
    response.sendRedirect("https://" + next);
    // ruleid: java-open-redirect
    response.setHeader("Location", request.getHeader("Referer"));

    // ok: java-open-redirect
    response.sendRedirect("/orders?id=" + next);
    // ok: java-open-redirect
    response.sendRedirect("https://shop.example.com/orders/" + next);
    // ok: java-open-redirect
    response.sendRedirect(request.getContextPath() + "/login");
    if (PAGES.contains(next)) {
        // ok: java-open-redirect
        response.sendRedirect(next);
    }
}

void checked(HttpServletRequest request, HttpServletResponse response) throws IOException {
    String next = request.getParameter("next");
    if (!next.startsWith("/") || next.startsWith("//")) {
        response.sendError(400);
        return;
    }
    // ok: java-open-redirect
    response.sendRedirect(next);
}
}
