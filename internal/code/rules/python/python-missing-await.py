async def save():
    pass


def plain():
    pass


async def stream():
    yield 1


async def f():
    # ruleid: python-missing-await
    save()
    # ok: python-missing-await
    await save()
    # ok: python-missing-await
    plain()
    # ok: python-missing-await
    task = save()
    # ok: python-missing-await
    tasks.append(save())
    # ok: python-missing-await
    stream()
    # ok: python-missing-await
    other.save()


class A:
    async def load(self):
        # ruleid: python-missing-await
        self.store()

    async def store(self):
        # ok: python-missing-await
        await self.load()
