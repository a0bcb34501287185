class SettingsController < ApplicationController
  def update
    # ruleid: ruby-header-injection (drydock)
    session[params[:key]] = params[:value]
    # ok: ruby-header-injection
    session[:theme] = params[:value]
    # ruleid: ruby-header-injection (drydock)
    response.headers[params[:name]] = "1"
    # ok: ruby-header-injection
    response.headers["X-Theme"] = params[:value]
    # ok: ruby-header-injection
    headers["X-Id"] = params[:id]
  end
end
