from flask import Flask

app = Flask(__name__)
other = object()

if __name__ == "__main__":
    # ruleid: python-flask-debug
    app.run("0.0.0.0", debug=False)
    # ok: python-flask-debug
    app.run("0.0.0.0")
    # ok: python-flask-debug
    other.run(debug=True)
