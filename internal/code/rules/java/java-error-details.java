package shop.web;

import java.io.*;
import java.util.*;
import javax.servlet.ServletException;
import javax.servlet.http.*;
import org.slf4j.*;

public class Page extends HttpServlet {
    private static final Logger LOG = LoggerFactory.getLogger(Page.class);

void order(HttpServletRequest request, HttpServletResponse response) throws IOException {
    try {
        store();
    } catch (IllegalStateException e) {
        // ruleid: java-error-details
        response.getWriter().println("failed: " + e.getMessage());
        // ruleid: java-error-details
        response.sendError(500, e.toString());
        LOG.error("order failed", e);
        // ok: java-error-details
        response.sendError(500, "order failed");
        // ok: java-error-details
        response.sendError(500);
        // ok: java-error-details
        response.getWriter().println("order failed");
    }
}
}
