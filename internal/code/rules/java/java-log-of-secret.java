package shop.core;

import org.slf4j.Logger;

class Example {
void all(Logger log, String user, String password, User person) {
    // ruleid: java-log-of-secret
    log.info("login {} {}", user, password);
    // ruleid: java-log-of-secret
    log.debug("login " + user + " with " + password);
    // ruleid: java-log-of-secret
    log.info("key " + person.getApiKey());
    // ruleid: java-log-of-secret
    System.out.println("password: " + password);

    // ok: java-log-of-secret
    log.info("login {}", user);
    // ok: java-log-of-secret
    log.info("password of {} changed", user);
    // ok: java-log-of-secret
    log.info("password has {} characters", password.length());
    // ok: java-log-of-secret
    log.info("no password");
}
}
