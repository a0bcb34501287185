def find(name):
    return run("select * from people where name = '%s'" % name)


def run(sql):
    cursor = connect().cursor()
    # ruleid: python-sql-from-input
    cursor.execute(sql)
    return cursor.fetchall()


def number(n):
    cursor = connect().cursor()
    # ok: python-sql-from-input
    cursor.execute("select * from people where id = " + str(n))


def bound(name):
    cursor = connect().cursor()
    # ok: python-sql-from-input
    cursor.execute("select * from people where name = %s", (name,))
