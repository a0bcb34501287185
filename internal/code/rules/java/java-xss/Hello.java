package shop.api;

import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.*;
import org.springframework.web.util.HtmlUtils;

@RestController
public class Hello {
    private final Greeter greeter = new Greeter();

    @GetMapping("/hello")
    public String hello(@RequestParam("name") String name) {
        // ruleid: java-xss
        return "<h1>Hello " + name + "</h1>";
    }

    @GetMapping("/greet/{name}")
    public String greet(@PathVariable String name) {
        // ruleid: java-xss
        return greeter.greet(name);
    }

    @GetMapping(value = "/json", produces = MediaType.APPLICATION_JSON_VALUE)
    public String json(@RequestParam String name) {
        // ok: java-xss
        return "{\"name\":\"" + name + "\"}";
    }

    @GetMapping("/safe")
    public String safe(@RequestParam String name) {
        // ok: java-xss
        return "<h1>Hello " + HtmlUtils.htmlEscape(name) + "</h1>";
    }

    @GetMapping("/number")
    public String number(@RequestParam int number) {
        // ok: java-xss
        return "<h1>" + number + "</h1>";
    }

    @GetMapping("/quiet")
    public String quiet(@RequestParam String name) {
        // ok: java-xss
        return greeter.quiet(name);
    }

    @GetMapping("/object")
    public Person object(@RequestParam String name) {
        // ok: java-xss
        return new Person(name);
    }
}
