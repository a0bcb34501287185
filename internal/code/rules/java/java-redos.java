package shop.core;

import java.util.regex.Pattern;

class Example {
boolean all(String text) {
    // ruleid: java-redos
    Pattern a = Pattern.compile("^(a+)+$");
    // ruleid: java-redos
    boolean b = text.matches("(x+x+)+y");
    // ruleid: java-redos
    Pattern.compile("^([a-zA-Z0-9])(([.]|[_]+)?([a-zA-Z0-9]+))*(@)$");

    // ok: java-redos
    Pattern.compile("^a+$");
    // ok: java-redos
    Pattern.compile("^[a-z]+@[a-z]+$");
    // ok: java-redos
    return text.matches("(ab)+");
}
}
