package shop.web;

import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.*;
import org.springframework.web.servlet.view.RedirectView;

@Controller
public class Moves {
    @GetMapping("/go")
    public String go(@RequestParam("to") String to) {
        // ruleid: java-open-redirect
        return "redirect:" + to;
    }

    @GetMapping("/view")
    public RedirectView view(@RequestParam String to) {
        // ruleid: java-open-redirect
        return new RedirectView(to);
    }

    @GetMapping("/here")
    public String here(@RequestParam String page) {
        // ok: java-open-redirect
        return "redirect:/pages/" + page;
    }

    @GetMapping("/number")
    public String number(@RequestParam int page) {
        // ok: java-open-redirect
        return "redirect:" + page;
    }

    @GetMapping("/home")
    public RedirectView home() {
        // ok: java-open-redirect
        return new RedirectView("/home");
    }
}
