package shop.api;

record Person(String name) {
}
