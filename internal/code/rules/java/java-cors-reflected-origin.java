package shop.web;

import java.util.Set;
import javax.servlet.http.*;

class Reflect {
    private static final Set<String> SITES = Set.of("https://shop.example.com");

    void any(HttpServletRequest request, HttpServletResponse response) {
        // ruleid: java-cors-reflected-origin
        response.setHeader("Access-Control-Allow-Origin", request.getHeader("Origin"));
        String origin = request.getHeader("Origin");
        // ruleid: java-cors-reflected-origin
        response.addHeader("access-control-allow-origin", origin);
    }

    void some(HttpServletRequest request, HttpServletResponse response) {
        String origin = request.getHeader("Origin");
        if (SITES.contains(origin)) {
            // ok: java-cors-reflected-origin
            response.setHeader("Access-Control-Allow-Origin", origin);
        }
        // ok: java-cors-reflected-origin
        response.setHeader("Access-Control-Allow-Origin", "https://shop.example.com");
        // ok: java-cors-reflected-origin
        response.setHeader("Access-Control-Max-Age", String.valueOf(origin.length()));
    }
}
