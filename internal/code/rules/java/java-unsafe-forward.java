package shop.web;

import java.io.*;
import java.util.*;
import javax.servlet.ServletException;
import javax.servlet.http.*;

public class Page extends HttpServlet {
    private static final Set<String> PAGES = Set.of("/home.jsp");

void show(HttpServletRequest request, HttpServletResponse response) throws ServletException, IOException {
    String page = request.getParameter("page");
    // ruleid: java-unsafe-forward
    request.getRequestDispatcher(page).forward(request, response);
    // ruleid: java-unsafe-forward
    request.getRequestDispatcher("/pages/" + page + ".jsp").include(request, response);

    // ok: java-unsafe-forward
    request.getRequestDispatcher("/home.jsp").forward(request, response);
    // ok: java-unsafe-forward
    request.getRequestDispatcher(PAGES.contains(page) ? "/a.jsp" : "/b.jsp").forward(request, response);
    if (!PAGES.contains(page)) {
        throw new ServletException("no such page");
    }
    // ok: java-unsafe-forward
    request.getRequestDispatcher(page).forward(request, response);
}
}
