class A:
    def f(self):
        # ruleid: python-raise-not-implemented
        raise NotImplemented

    def g(self):
        # ruleid: python-raise-not-implemented
        raise NotImplemented("later")

    def h(self):
        # ok: python-raise-not-implemented
        raise NotImplementedError

    def i(self):
        # ok: python-raise-not-implemented
        raise NotImplementedError("later")

    def __eq__(self, other):
        # ok: python-raise-not-implemented
        return NotImplemented
