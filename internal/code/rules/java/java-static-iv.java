package shop.core;

import java.security.SecureRandom;
import javax.crypto.spec.*;

class Example {
private static final byte[] IV = new byte[] {1, 2, 3, 4};

void all(byte[] received) {
    // ruleid: java-static-iv
    new IvParameterSpec("0123456789abcdef".getBytes());
    // ruleid: java-static-iv
    new IvParameterSpec(new byte[16]);
    // ruleid: java-static-iv
    new GCMParameterSpec(128, IV);
    byte[] fixed = "0123456789ab".getBytes();
    // ruleid: java-static-iv
    new GCMParameterSpec(128, fixed);

    // ok: java-static-iv
    new IvParameterSpec(received);
    byte[] iv = new byte[12];
    new SecureRandom().nextBytes(iv);
    // ok: java-static-iv
    new GCMParameterSpec(128, iv);
    // ok: java-static-iv
    new IvParameterSpec(received, 0, 16);
}
}
