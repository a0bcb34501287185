package shop.web;

import java.io.*;
import java.util.*;
import javax.servlet.ServletException;
import javax.servlet.http.*;
import java.security.SecureRandom;
import java.util.concurrent.ThreadLocalRandom;
import javax.crypto.spec.PBEKeySpec;

public class Page extends HttpServlet {
void login(HttpServletRequest request, HttpServletResponse response) {
    // ruleid: java-weak-random
    String token = Long.toHexString(new Random().nextLong());
    Random random = new Random();
    // ruleid: java-weak-random
    int pinCode = random.nextInt(10000);
    double number = Math.random();
    // ruleid: java-weak-random
    Cookie cookie = new Cookie("remember", String.valueOf(number));
    byte[] salt = new byte[16];
    random.nextBytes(salt);
    // ruleid: java-weak-random
    new PBEKeySpec("x".toCharArray(), salt, 1000);
    // ruleid: java-weak-random
    request.getSession().setAttribute("key", random.nextInt());

    String other = Long.toHexString(new SecureRandom().nextLong());
    // ok: java-weak-random
    String nonce = other;
    SecureRandom secure = new SecureRandom();
    // ok: java-weak-random
    int otp = secure.nextInt(10000);
    // ok: java-weak-random
    int colour = random.nextInt(256);
    // ok: java-weak-random
    String secret = UUID.randomUUID().toString();
}

String createToken() {
    // ruleid: java-weak-random
    return "t" + ThreadLocalRandom.current().nextLong();
}

int roll() {
    // ok: java-weak-random
    return new Random().nextInt(6);
}
}
