package shop.core;

import com.auth0.jwt.algorithms.Algorithm;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.spec.*;

class Example {
private static final byte[] KEY = "0123456789abcdef".getBytes();
private static final byte[] RAW = new byte[] {1, 2, 3, 4, 5, 6, 7, 8};

void all(byte[] stored) {
    // ruleid: java-hardcoded-key
    new SecretKeySpec("0123456789abcdef".getBytes(StandardCharsets.UTF_8), "AES");
    // ruleid: java-hardcoded-key
    new SecretKeySpec(KEY, "AES");
    // ruleid: java-hardcoded-key
    new SecretKeySpec(RAW, "AES");
    // ruleid: java-hardcoded-key
    new PBEKeySpec("correct horse".toCharArray(), stored, 100000, 256);
    byte[] local = "0123456789abcdef".getBytes();
    // ruleid: java-hardcoded-key
    new SecretKeySpec(local, "AES");
    // ruleid: java-hardcoded-key
    Algorithm.HMAC256("top-secret");

    // ok: java-hardcoded-key
    new SecretKeySpec(stored, "AES");
    // ok: java-hardcoded-key
    new SecretKeySpec(Base64.getDecoder().decode(System.getenv("KEY")), "AES");
    // ok: java-hardcoded-key
    Algorithm.HMAC256(System.getenv("KEY"));
    byte[] made = new byte[16];
    new SecureRandom().nextBytes(made);
    // ok: java-hardcoded-key
    new SecretKeySpec(made, "AES");
}
}
