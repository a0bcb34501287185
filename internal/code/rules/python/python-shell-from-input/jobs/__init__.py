from .runner import Runner


def backup(target):
    return Runner("tar c " + target).start()


def greet(name):
    Runner("echo hello").start()
    return "hello " + name
