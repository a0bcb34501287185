# ruleid: ruby-cors-any-site
headers["Access-Control-Allow-Origin"] = "*"
# ok: ruby-cors-any-site
headers["Access-Control-Allow-Origin"] = "https://www.example.com"
# ruleid: ruby-cors-any-site
response.headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
# ok: ruby-cors-any-site
response.headers["Access-Control-Allow-Methods"] = "*"
# ruleid: ruby-cors-any-site
origins "*"
# ok: ruby-cors-any-site
origins "https://www.example.com"
