package shop.core;

import javax.servlet.http.*;

class Example {
void bad(HttpServletResponse response, String id) {
    Cookie session = new Cookie("JSESSIONID", id);
    session.setSecure(true);
    // ruleid: java-cookie-without-httponly
    response.addCookie(session);
    Cookie token = new Cookie("token", id);
    // ruleid: java-cookie-without-httponly
    token.setHttpOnly(false);
    response.addCookie(token);
}

void good(HttpServletResponse response, String id) {
    Cookie session = new Cookie("JSESSIONID", id);
    session.setHttpOnly(true);
    // ok: java-cookie-without-httponly
    response.addCookie(session);
    Cookie theme = new Cookie("theme", "dark");
    // ok: java-cookie-without-httponly
    response.addCookie(theme);
    Cookie gone = new Cookie("JSESSIONID", "");
    gone.setMaxAge(0);
    // ok: java-cookie-without-httponly
    response.addCookie(gone);
}
}
