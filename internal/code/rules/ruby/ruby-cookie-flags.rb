# ruleid: ruby-cookie-flags
Rails.application.config.session_store :cookie_store, key: "_a", httponly: false
# ok: ruby-cookie-flags
Rails.application.config.session_store :cookie_store, key: "_a", secure: true
# ok: ruby-cookie-flags
cookies[:token] = { value: token, httponly: true, secure: true }
# ruleid: ruby-cookie-flags
cookies[:token] = { value: token, httponly: false }
# ruleid: ruby-cookie-flags
cookies[:auth_token] = token
# ok: ruby-cookie-flags
cookies[:language] = "en"
# ok: ruby-cookie-flags
config.force_ssl = true
# ruleid: ruby-cookie-flags
config.force_ssl = false
# ok: ruby-cookie-flags
cookies.signed[:token] = { value: token, httponly: true }
# ruleid: ruby-cookie-flags
cookies.permanent[:auth_token] = user.auth_token
