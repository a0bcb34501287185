package shop.core;

import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;

class Example {
void old(HttpSecurity http) throws Exception {
    // ruleid: java-csrf-disabled
    http.csrf().disable();
}

void lambda(HttpSecurity http) throws Exception {
    // ruleid: java-csrf-disabled
    http.csrf(csrf -> csrf.disable());
    // ruleid: java-csrf-disabled
    http.csrf(AbstractHttpConfigurer::disable).build();
}

void good(HttpSecurity http) throws Exception {
    // ok: java-csrf-disabled
    http.csrf(Customizer.withDefaults());
    // ok: java-csrf-disabled
    http.csrf(csrf -> csrf.ignoringRequestMatchers("/hooks/**"));
}

void tokens(HttpSecurity http) throws Exception {
    // ok: java-csrf-disabled
    http.csrf().disable();
    http.sessionManagement().sessionCreationPolicy(SessionCreationPolicy.STATELESS);
}
}
