class LoginController < ApplicationController
  def show
    # ruleid: ruby-log-injection
    logger.info("login failed: #{params[:user]}")
    # ok: ruby-log-injection
    logger.info("login failed: #{params[:user].inspect}")
    # ok: ruby-log-injection
    Rails.logger.warn("id #{params[:id].to_i}")
    # ruleid: ruby-log-injection
    Rails.logger.warn("from " + request.user_agent)
    # ok: ruby-log-injection
    logger.info("login failed")
  end
end
