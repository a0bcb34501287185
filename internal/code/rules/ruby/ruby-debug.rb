# ruleid: ruby-debug
config.consider_all_requests_local = true
# ok: ruby-debug
config.consider_all_requests_local = false
# ruleid: ruby-debug
set :show_exceptions, true
# ok: ruby-debug
set :show_exceptions, false
# ruleid: ruby-debug
BetterErrors::Middleware.allow_ip!("0.0.0.0/0")
# ok: ruby-debug
BetterErrors::Middleware.allow_ip!("127.0.0.1")
# ruleid: ruby-debug
render plain: e.backtrace.join
# ok: ruby-debug
logger.error(e.backtrace.join)
