class Reading:
    def __init__(self, request):
        self.request = request

    def cookie(self, name):
        return self.request.cookies.get(name)

    def fixed(self, name):
        return "fixed"


def header(request, name):
    return request.headers.get(name)
