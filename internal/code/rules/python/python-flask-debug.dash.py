import os

import dash
from fastapi import FastAPI

app = dash.Dash(__name__)
# ruleid: python-flask-debug
app.run_server(debug=True)
# ruleid: python-flask-debug
api = FastAPI(debug=True)
# ok: python-flask-debug
app.run_server(debug=False)
# ok: python-flask-debug
app.run(debug=os.environ.get("DEBUG") == "1")
# ok: python-flask-debug
other = FastAPI()
