package shop.web;

import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.*;

@RestController
class Some {
    @PreAuthorize("hasRole('ADMIN')")
    @PostMapping("/users")
    void create() {
    }

    @DeleteMapping("/users/{id}")
    // ruleid: java-missing-authorization
    void delete(@PathVariable long id) {
    }

    @PreAuthorize("isAuthenticated()")
    @PutMapping("/users/{id}")
    // ok: java-missing-authorization
    void change(@PathVariable long id) {
    }

    @GetMapping("/help")
    // ok: java-missing-authorization
    String help() {
        return "help";
    }
}

@RestController
class Open {
    @PostMapping("/orders")
    // ok: java-missing-authorization
    void order() {
    }

    @DeleteMapping("/orders/{id}")
    // ok: java-missing-authorization
    void cancel(@PathVariable long id) {
    }
}

@RestController
@PreAuthorize("hasRole('ADMIN')")
class All {
    @PreAuthorize("hasRole('OWNER')")
    @PostMapping("/shops")
    void create() {
    }

    @DeleteMapping("/shops/{id}")
    // ok: java-missing-authorization
    void delete(@PathVariable long id) {
    }
}
