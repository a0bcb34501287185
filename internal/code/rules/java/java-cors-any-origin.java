package shop.web;

import java.util.List;
import javax.servlet.http.HttpServletResponse;
import org.springframework.web.bind.annotation.*;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.servlet.config.annotation.CorsRegistry;

@RestController
class Cors {
    // ruleid: java-cors-any-origin
    @CrossOrigin(origins = "*")
    @GetMapping("/a")
    String any() {
        return "a";
    }

    // ok: java-cors-any-origin
    @CrossOrigin(origins = "https://shop.example.com")
    @GetMapping("/b")
    String one() {
        return "b";
    }

    void configure(CorsConfiguration cors, CorsRegistry registry, HttpServletResponse response) {
        // ruleid: java-cors-any-origin
        cors.addAllowedOrigin("*");
        // ruleid: java-cors-any-origin
        cors.setAllowedOrigins(List.of("*"));
        // ruleid: java-cors-any-origin
        registry.addMapping("/**").allowedOrigins("*");
        // ruleid: java-cors-any-origin
        response.setHeader("Access-Control-Allow-Origin", "*");

        // ok: java-cors-any-origin
        cors.addAllowedOrigin("https://shop.example.com");
        // ok: java-cors-any-origin
        registry.addMapping("/**").allowedOrigins("https://shop.example.com");
        // ok: java-cors-any-origin
        response.setHeader("Access-Control-Allow-Origin", "https://shop.example.com");
        // ok: java-cors-any-origin
        cors.addAllowedHeader("*");
    }
}
