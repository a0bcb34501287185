import jinja2
from jinja2 import Environment, select_autoescape

# ruleid: python-autoescape-off
pages = Environment(loader=jinja2.FileSystemLoader("html"))
# ruleid: python-autoescape-off
mails = Environment(autoescape=False)
# ok: python-autoescape-off
good = Environment(autoescape=True)
# ok: python-autoescape-off
better = Environment(autoescape=select_autoescape())
# ok: python-autoescape-off
options = Environment(**{"autoescape": True})
