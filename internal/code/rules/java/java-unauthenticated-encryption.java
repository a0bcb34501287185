package shop.core;

import javax.crypto.*;

class Example {
void all() throws Exception {
    // ruleid: java-unauthenticated-encryption
    Cipher.getInstance("AES/CBC/PKCS5Padding");
    // ruleid: java-unauthenticated-encryption
    Cipher.getInstance("AES/CBC/PKCS7Padding", "BC");

    // ok: java-unauthenticated-encryption
    Cipher.getInstance("AES/GCM/NoPadding");
    // ok: java-unauthenticated-encryption
    Cipher.getInstance("ChaCha20-Poly1305");
    // ok: java-unauthenticated-encryption
    Cipher.getInstance("AES/CCM/NoPadding");
}
}
