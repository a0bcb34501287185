package shop.core;

import java.sql.DriverManager;

class Example {
// ruleid: java-hardcoded-password
private String dbPassword = "hunter22";
// ok: java-hardcoded-password
private static final String PASSWORD_FIELD = "j_password";
// ok: java-hardcoded-password
private static final String PASSWORD = "user.password";
// ok: java-hardcoded-password
private static final String API_KEY = "X-Api-Key";
// ok: java-hardcoded-password
private String password = "";

void all(String url, Config config) throws Exception {
    // ruleid: java-hardcoded-password
    DriverManager.getConnection(url, "shop", "s3cr3t!x");
    // ruleid: java-hardcoded-password
    config.setPassword("s3cr3t!x");
    // ruleid: java-hardcoded-password
    String apiKey = "8f14e45fceea167a";

    // ok: java-hardcoded-password
    DriverManager.getConnection(url, "shop", System.getenv("DB_PASSWORD"));
    // ok: java-hardcoded-password
    config.setPassword(config.get("db.password"));
    // ok: java-hardcoded-password
    String secretKey = "${secret.key}";
    // ok: java-hardcoded-password
    String passwordHint = "your cat";
    // ok: java-hardcoded-password
    String token = "token";
}
}
