def enter(token, user):
    # ruleid: python-exception-swallowed
    try:
        verify_token(token)
    except Exception:
        pass
    # ruleid: python-exception-swallowed
    try:
        auth.check_permission(user, "enter")
    except ValueError:
        return True
    # ok: python-exception-swallowed
    try:
        verify_token(token)
    except Exception:
        return False
    # ok: python-exception-swallowed
    try:
        load(token)
    except KeyError:
        pass
    # ok: python-exception-swallowed
    try:
        verify_token(token)
    except Exception as error:
        raise PermissionError from error
    return True
