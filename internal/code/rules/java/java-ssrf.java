package shop.web;

import java.io.*;
import java.util.*;
import javax.servlet.ServletException;
import javax.servlet.http.*;
import java.net.*;
import java.net.http.HttpRequest;
import org.apache.http.client.methods.HttpGet;
import org.springframework.web.client.RestTemplate;

public class Page extends HttpServlet {
    private static final Set<String> HOSTS = Set.of("https://a.example.com");

void fetch(HttpServletRequest request, RestTemplate client) throws Exception {
    String address = request.getParameter("address");
    // ruleid: java-ssrf
    new URL(address).openStream();
    // ruleid: java-ssrf
    client.getForObject("http://" + address + "/info", String.class);
    // ruleid: java-ssrf
    HttpRequest.newBuilder(URI.create(address)).build();
    // ruleid: java-ssrf
    new HttpGet(address);
    // ruleid: java-ssrf
    new Socket(address, 80);

    // ok: java-ssrf
    new URL("https://images.example.com/" + address).openStream();
    // ok: java-ssrf
    client.getForObject("https://api.example.com/users/{name}", String.class, address);
    // ok: java-ssrf
    new URL("https://api.example.com/users/" + Integer.parseInt(address)).openStream();
    if (HOSTS.contains(address)) {
        // ok: java-ssrf
        new URL(address).openStream();
    }
}
}
