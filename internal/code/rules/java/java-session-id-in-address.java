package shop.core;

import java.util.EnumSet;
import javax.servlet.*;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;

class Example {
void all(ServletContext context, HttpSecurity http) throws Exception {
    // ruleid: java-session-id-in-address
    context.setSessionTrackingModes(EnumSet.of(SessionTrackingMode.URL));
    // ruleid: java-session-id-in-address
    context.setSessionTrackingModes(EnumSet.of(SessionTrackingMode.COOKIE, SessionTrackingMode.URL));
    // ruleid: java-session-id-in-address
    http.sessionManagement().enableSessionUrlRewriting(true);

    // ok: java-session-id-in-address
    context.setSessionTrackingModes(EnumSet.of(SessionTrackingMode.COOKIE));
    // ok: java-session-id-in-address
    context.setSessionTrackingModes(EnumSet.of(SessionTrackingMode.SSL));
    // ok: java-session-id-in-address
    http.sessionManagement().enableSessionUrlRewriting(false);
}
}
