package shop.core;

import org.springframework.security.config.annotation.web.builders.HttpSecurity;

class Example {
void all(HttpSecurity http) throws Exception {
    // ruleid: java-security-headers-off
    http.headers().disable();
    // ruleid: java-security-headers-off
    http.headers().frameOptions().disable();
    // ruleid: java-security-headers-off
    http.headers(headers -> headers.frameOptions(frame -> frame.disable()));

    // ok: java-security-headers-off
    http.headers().frameOptions().sameOrigin();
    // ok: java-security-headers-off
    http.headers(headers -> headers.frameOptions(frame -> frame.deny()));
    // ok: java-security-headers-off
    http.headers().cacheControl();
}
}
