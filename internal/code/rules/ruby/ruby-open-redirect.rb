class SessionsController < ApplicationController
  def create
    # ruleid: ruby-open-redirect
    redirect_to params[:back]
    # ruleid: ruby-open-redirect
    redirect_to(params[:back], allow_other_host: true)
    # ok: ruby-open-redirect
    redirect_to root_path
    # ok: ruby-open-redirect
    redirect_to user_path(params[:id])
    # ok: ruby-open-redirect
    redirect_to "/users/#{params[:id]}"
    # ok: ruby-open-redirect
    redirect_to url_from(params[:back]) || root_path
    # ok: ruby-open-redirect
    redirect_to action: :index, page: params[:page]
    back = params[:back]
    # ruleid: ruby-open-redirect
    redirect_to back.presence || root_path
    # ok: ruby-open-redirect
    redirect_to @user, notice: params[:notice]
    # ok: ruby-open-redirect
    redirect_to URI.parse(params[:back]).path
  end

  def safe
    # ok: ruby-open-redirect
    redirect_to User.find(params[:id])
  end
end
