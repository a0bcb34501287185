package shop.core;

import java.security.SecureRandom;

class Example {
void all() {
    // ruleid: java-predictable-seed
    new SecureRandom("seed".getBytes());
    // ruleid: java-predictable-seed
    new SecureRandom(new byte[] {1, 2, 3});
    SecureRandom random = new SecureRandom();
    // ruleid: java-predictable-seed
    random.setSeed(42L);
    // ruleid: java-predictable-seed
    random.setSeed(System.currentTimeMillis());

    // ok: java-predictable-seed
    new SecureRandom();
    // ok: java-predictable-seed
    random.setSeed(random.generateSeed(16));
    // ok: java-predictable-seed
    new java.util.Random(42L).nextInt();
}
}
