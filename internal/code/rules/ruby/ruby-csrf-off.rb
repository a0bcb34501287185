class A < ApplicationController
  # ruleid: ruby-csrf-off
  skip_before_action :verify_authenticity_token
  # ok: ruby-csrf-off
  skip_before_action :load_user
  # ok: ruby-csrf-off
  protect_from_forgery with: :exception
end
class B < ApplicationController
  # ruleid: ruby-csrf-off
  protect_from_forgery with: :null_session
  # ruleid: ruby-csrf-off
  skip_forgery_protection
  # ok: ruby-csrf-off
  before_action :verify_authenticity_token
end
# ruleid: ruby-csrf-off
config.action_controller.allow_forgery_protection = false
# ok: ruby-csrf-off
config.action_controller.allow_forgery_protection = true
