# ruleid: ruby-hardcoded-secret
password = "h4rb0ur"
# ok: ruby-hardcoded-secret
password = ENV["DB_PASSWORD"]
# ok: ruby-hardcoded-secret
password = ""
# ruleid: ruby-hardcoded-secret
API_KEY = "9f86d081884c7d65"
# ok: ruby-hardcoded-secret
API_KEY = Rails.application.credentials.api_key
# ruleid: ruby-hardcoded-secret
http_basic_authenticate_with name: "admin", password: "h4rb0ur"
# ok: ruby-hardcoded-secret
http_basic_authenticate_with name: "admin", password: ENV["PW"]
# ruleid: ruby-hardcoded-secret
JWT.encode(claims, "s3cr3t", "HS256")
# ok: ruby-hardcoded-secret
JWT.encode(claims, ENV["JWT_KEY"], "HS256")
# ruleid: ruby-hardcoded-secret
Rails.application.config.secret_key_base = "0123456789abcdef0123456789abcdef"
# ruleid: ruby-hardcoded-secret
config.secret_token = "0123456789abcdef0123456789abcdef"
# ruleid: ruby-hardcoded-secret
set :session_secret, "super secret"
# ok: ruby-hardcoded-secret
set :session_secret, ENV.fetch("SESSION_SECRET")
# ruleid: ruby-hardcoded-secret
use Rack::Session::Cookie, secret: "change_this"
# ok: ruby-hardcoded-secret
password_label = "Your password"
# ruleid: ruby-hardcoded-secret
HMAC_SECRET = "0123456789abcdef"
# ok: ruby-hardcoded-secret
token = "token"
