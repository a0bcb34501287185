package shop.core;

import javax.servlet.http.*;

class Example {
void bad(HttpServletResponse response, String id) {
    Cookie session = new Cookie("session", id);
    session.setHttpOnly(true);
    // ruleid: java-insecure-cookie
    response.addCookie(session);
    Cookie other = new Cookie("other", id);
    // ruleid: java-insecure-cookie
    other.setSecure(false);
    response.addCookie(other);
    // ruleid: java-insecure-cookie
    response.addCookie(new Cookie("third", id));
}

void good(HttpServletRequest request, HttpServletResponse response, String id) {
    Cookie session = new Cookie("session", id);
    session.setSecure(true);
    // ok: java-insecure-cookie
    response.addCookie(session);
    Cookie over = new Cookie("over", id);
    over.setSecure(request.isSecure());
    // ok: java-insecure-cookie
    response.addCookie(over);
    Cookie gone = new Cookie("session", "");
    gone.setMaxAge(0);
    // ok: java-insecure-cookie
    response.addCookie(gone);
}
}
