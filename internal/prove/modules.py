# Imports the top-level modules of every installed distribution and prints, a line each, ["module", "problem"]; the
# problem is empty when the module loads. A child does the imports one after another, so that modules which share
# much load quickly; when it dies or hangs, the next module gets a new child. A module that fails among others is
# tried again by itself.
import importlib, json, os, select, signal, sys, time
try:
    from importlib import metadata
except ImportError:
    sys.exit("this Python has no importlib.metadata")

BUILD = {"pip", "setuptools", "wheel", "pkg_resources", "_distutils_hack", "distutils-precedence"}

def modules():
    found = []
    for dist in metadata.distributions():
        top = (dist.read_text("top_level.txt") or "").split()
        if not top:
            for f in dist.files or []:
                parts = f.parts
                if len(parts) > 1 and parts[-1] == "__init__.py" and len(parts) == 2:
                    top.append(parts[0])
                elif len(parts) == 1 and parts[0].endswith((".py", ".so")):
                    top.append(parts[0].split(".")[0])
        found += [m.replace("/", ".") for m in top if m and not m.startswith("-")]
    return sorted(m for m in set(found) - BUILD if all(p.isidentifier() for p in m.split(".")))

def load(name):
    try:
        importlib.import_module(name)
        return ""
    except BaseException as e:
        return "%s: %s" % (type(e).__name__, e) or "failed"

def child(names):
    r, w = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(r)
        devnull = os.open(os.devnull, os.O_RDWR)
        for fd in (0, 1, 2):
            os.dup2(devnull, fd)
        for n in names:
            os.write(w, (json.dumps([n, load(n)]) + "\n").encode())
        os._exit(0)
    os.close(w)
    buf, done, last = b"", [], time.time()
    while True:
        ready, _, _ = select.select([r], [], [], 1)
        if ready:
            part = os.read(r, 65536)
            if not part:
                break
            buf += part
            last = time.time()
            while b"\n" in buf:
                line, buf = buf.split(b"\n", 1)
                done.append(json.loads(line))
        elif time.time() - last > 30:
            break
    os.close(r)
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError:
        pass
    os.waitpid(pid, 0)
    return done

def main():
    todo, results = modules(), []
    while todo:
        done = child(todo)
        results += done
        todo = todo[len(done):]
        if todo:
            results.append([todo[0], "loading it ends or hangs the interpreter"])
            todo = todo[1:]
    for name, problem in results:
        if problem:
            again = child([name])
            problem = again[0][1] if again else "loading it ends or hangs the interpreter"
        print(json.dumps([name, problem]), flush=True)

main()
