package shop.web;

import org.springframework.security.config.annotation.web.builders.WebSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;

// ruleid: java-spring-debug
@EnableWebSecurity(debug = true)
class Loud {
    void configure(WebSecurity web) {
        // ruleid: java-spring-debug
        web.debug(true);
        // ok: java-spring-debug
        web.debug(false);
    }
}

// ok: java-spring-debug
@EnableWebSecurity
class Quiet {
}

// ok: java-spring-debug
@EnableWebSecurity(debug = false)
class Explicit {
}
