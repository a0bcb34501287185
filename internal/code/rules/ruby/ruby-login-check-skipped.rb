class A < ApplicationController
  # ok: ruby-login-check-skipped
  skip_before_action :authenticate_user!, only: [:index, :show]
  # ruleid: ruby-login-check-skipped
  skip_before_action :authenticate_user!, only: [:update]
  # ok: ruby-login-check-skipped
  skip_before_action :set_locale
end
class B < ApplicationController
  # ruleid: ruby-login-check-skipped
  skip_before_action :require_login
  # ruleid: ruby-login-check-skipped
  skip_before_action :authorize_user!, except: [:index]
  # ok: ruby-login-check-skipped
  before_action :authenticate_user!
end
