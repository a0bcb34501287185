package shop.core;

import org.springframework.security.core.userdetails.*;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;
import org.springframework.security.crypto.factory.PasswordEncoderFactories;
import org.springframework.security.crypto.password.*;

class Example {
PasswordEncoder none() {
    // ruleid: java-plain-password
    return NoOpPasswordEncoder.getInstance();
}

UserDetails user() {
    // ruleid: java-plain-password
    return User.withDefaultPasswordEncoder().username("a").password("b").build();
}

PasswordEncoder good() {
    // ok: java-plain-password
    return new BCryptPasswordEncoder();
}

PasswordEncoder best() {
    // ok: java-plain-password
    return PasswordEncoderFactories.createDelegatingPasswordEncoder();
}

UserDetails stored(String hash) {
    // ok: java-plain-password
    return User.withUsername("a").password(hash).build();
}
}
