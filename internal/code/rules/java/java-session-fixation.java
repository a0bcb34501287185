package shop.core;

import org.springframework.security.config.annotation.web.builders.HttpSecurity;

class Example {
void all(HttpSecurity http) throws Exception {
    // ruleid: java-session-fixation
    http.sessionManagement().sessionFixation().none();
    // ruleid: java-session-fixation
    http.sessionManagement(session -> session.sessionFixation(fixation -> fixation.none()));

    // ok: java-session-fixation
    http.sessionManagement().sessionFixation().migrateSession();
    // ok: java-session-fixation
    http.sessionManagement(session -> session.sessionFixation(fixation -> fixation.changeSessionId()));
    // ok: java-session-fixation
    http.sessionManagement().maximumSessions(1);
}
}
