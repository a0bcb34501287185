package shop.core;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import javax.crypto.spec.PBEKeySpec;
import org.apache.commons.codec.digest.DigestUtils;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;

class Example {
void all(String password, String body, byte[] salt) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    // ruleid: java-fast-password-hash
    digest.digest(password.getBytes());
    // ruleid: java-fast-password-hash
    digest.update(password.getBytes(StandardCharsets.UTF_8));
    // ruleid: java-fast-password-hash
    DigestUtils.sha256Hex(password);

    // ok: java-fast-password-hash
    digest.digest(body.getBytes());
    // ok: java-fast-password-hash
    DigestUtils.sha256Hex(body);
    // ok: java-fast-password-hash
    new BCryptPasswordEncoder().encode(password);
    // ok: java-fast-password-hash
    new PBEKeySpec(password.toCharArray(), salt, 600000, 256);
}
}
