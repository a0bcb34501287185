def f(self, a, b):
    # ruleid: python-self-assignment
    a = a
    # ruleid: python-self-assignment
    self.x = self.x
    # ok: python-self-assignment
    self.a = a
    # ok: python-self-assignment
    b = a
    # ok: python-self-assignment
    a[0] = a[0] + 1
    # ok: python-self-assignment
    a = a or b


class A:
    # ok: python-self-assignment
    outside = outside


# ok: python-self-assignment
again = again
