package shop.web;

import java.io.*;
import java.util.*;
import javax.servlet.ServletException;
import javax.servlet.http.*;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.slf4j.*;

public class Page extends HttpServlet {
    private static final Logger LOG = LoggerFactory.getLogger(Page.class);

void login(HttpServletRequest request) {
    String user = request.getParameter("user");
    // ruleid: java-log-injection
    LOG.info("login of " + user);
    // ruleid: java-log-injection
    LOG.warn("login of {} failed", user);

    // ok: java-log-injection
    LOG.info("login of {}", user.replaceAll("[\\r\\n]", "_"));
    // ok: java-log-injection
    LOG.info("login of {}", URLEncoder.encode(user, StandardCharsets.UTF_8));
    // ok: java-log-injection
    LOG.info("login, {} characters", user.length());
    // ok: java-log-injection
    LOG.info("login");
}
}
