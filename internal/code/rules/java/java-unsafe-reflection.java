package shop.web;

import java.io.*;
import java.util.*;
import javax.servlet.ServletException;
import javax.servlet.http.*;

public class Page extends HttpServlet {
    private static final Map<String, Class<?>> HANDLERS = new HashMap<>();

void run(HttpServletRequest request) throws Exception {
    String name = request.getParameter("handler");
    // ruleid: java-unsafe-reflection
    Class.forName(name).getDeclaredConstructor().newInstance();
    // ruleid: java-unsafe-reflection
    getClass().getClassLoader().loadClass(name);

    // ok: java-unsafe-reflection
    Class.forName("shop.handlers.Home");
    // ok: java-unsafe-reflection
    HANDLERS.get("home").getDeclaredConstructor().newInstance();
    if (HANDLERS.containsKey(name)) {
        // ok: java-unsafe-reflection
        Class.forName(name);
    }
}
}
