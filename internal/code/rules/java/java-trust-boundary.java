package shop.web;

import java.io.*;
import java.util.*;
import javax.servlet.ServletException;
import javax.servlet.http.*;

public class Page extends HttpServlet {
enum Role { USER, ADMIN }

void keep(HttpServletRequest request) throws ServletException {
    String role = request.getParameter("role");
    // ruleid: java-trust-boundary
    request.getSession().setAttribute("role", role);
    HttpSession session = request.getSession(true);
    // ruleid: java-trust-boundary
    session.setAttribute(role, "1");
    // ruleid: java-trust-boundary
    session.putValue("role", role.trim());

    // ok: java-trust-boundary
    session.setAttribute("role", Role.valueOf(role));
    // ok: java-trust-boundary
    session.setAttribute("page", Integer.parseInt(request.getParameter("page")));
    // ok: java-trust-boundary
    session.setAttribute("role", "user");
    if (!role.matches("[a-z]{1,10}")) {
        throw new ServletException("no such role");
    }
    // ok: java-trust-boundary
    session.setAttribute("role", role);
}
}
