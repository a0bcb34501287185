package shop.web;

import java.io.*;
import java.util.*;
import javax.servlet.ServletException;
import javax.servlet.http.*;
import javax.naming.*;

public class Page extends HttpServlet {
    private static final Map<String, String> NAMES = Map.of("main", "jdbc/main");
    private static final Set<String> SOURCES = Set.of("jdbc/main");

void find(HttpServletRequest request) throws NamingException {
    String name = request.getParameter("name");
    // ruleid: java-jndi-lookup
    new InitialContext().lookup(name);
    Context context = new InitialContext();
    // ruleid: java-jndi-lookup
    context.lookup("java:comp/" + name);
    // ruleid: java-jndi-lookup
    InitialContext.doLookup(name);

    // ok: java-jndi-lookup
    context.lookup("java:comp/env/jdbc/main");
    // ok: java-jndi-lookup
    context.lookup(NAMES.get("main"));
    if (SOURCES.contains(name)) {
        // ok: java-jndi-lookup
        context.lookup(name);
    }
}
}
