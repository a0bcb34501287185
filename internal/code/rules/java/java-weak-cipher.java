package shop.core;

import javax.crypto.*;
import javax.crypto.spec.SecretKeySpec;

class Example {
void all(SecretKey key, byte[] bytes) throws Exception {
    // ruleid: java-weak-cipher
    Cipher.getInstance("DES/CBC/PKCS5Padding");
    // ruleid: java-weak-cipher
    javax.crypto.Cipher.getInstance("DESede/ECB/PKCS5Padding", "SunJCE");
    // ruleid: java-weak-cipher
    Cipher.getInstance("RC4");
    // ruleid: java-weak-cipher
    KeyGenerator.getInstance("DES");
    // ruleid: java-weak-cipher
    new SecretKeySpec(bytes, "Blowfish");
    // ruleid: java-weak-cipher
    SecretKeyFactory.getInstance("PBEWithMD5AndDES");
    String name = "RC2";
    // ruleid: java-weak-cipher
    Cipher.getInstance(name);

    // ok: java-weak-cipher
    Cipher.getInstance("AES/GCM/NoPadding");
    // ok: java-weak-cipher
    javax.crypto.Cipher.getInstance("ChaCha20-Poly1305", "SunJCE");
    // ok: java-weak-cipher
    KeyGenerator.getInstance("AES");
    // ok: java-weak-cipher
    new SecretKeySpec(bytes, "AES");
    // ok: java-weak-cipher
    SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256");
}
}
