package shop.api;

class Greeter {
    String greet(String name) {
        return "<p>" + name;
    }

    String quiet(String name) {
        return "<p>nobody";
    }
}
