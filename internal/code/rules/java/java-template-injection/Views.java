package shop.web;

import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.*;

@Controller
public class Views {
    @GetMapping("/page")
    public String page(@RequestParam String lang) {
        // ruleid: java-template-injection
        return "user/" + lang + "/welcome";
    }

    @GetMapping("/fixed")
    public String fixed(@RequestParam String lang, Model model) {
        model.addAttribute("lang", lang);
        // ok: java-template-injection
        return "user/welcome";
    }

    @GetMapping("/moved")
    public String moved(@RequestParam String lang) {
        // ok: java-template-injection
        return "redirect:/welcome?lang=" + lang;
    }

    @ResponseBody
    @GetMapping("/text")
    public String text(@RequestParam String lang) {
        // ok: java-template-injection
        return lang;
    }
}
