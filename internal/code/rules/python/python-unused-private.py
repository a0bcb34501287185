class A:
    # ruleid: python-unused-private
    def __left(self):
        pass

    # ok: python-unused-private
    def __used(self):
        pass

    # ok: python-unused-private
    def __init__(self):
        self.__used()

    # ok: python-unused-private
    def _protected(self):
        pass

    @register
    # ok: python-unused-private
    def __registered(self):
        pass
