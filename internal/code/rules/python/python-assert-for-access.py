def delete(request, order):
    # ruleid: python-assert-for-access
    assert request.user.is_staff
    # ruleid: python-assert-for-access
    assert request.user.has_perm("orders.delete"), "not allowed"
    # ok: python-assert-for-access
    assert order is not None
    # ok: python-assert-for-access
    if not request.user.is_staff:
        raise PermissionError
    # ok: python-assert-for-access
    assert isinstance(order, dict)
