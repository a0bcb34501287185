class UsersController < ApplicationController
  def create
    # ruleid: ruby-mass-assignment
    User.new(params.require(:user).permit!)
    # ok: ruby-mass-assignment
    User.new(params.require(:user).permit(:name, :email))
    # ruleid: ruby-mass-assignment
    User.new(params.require(:user).permit(:name, :admin))
    # ruleid: ruby-mass-assignment
    User.update(params.to_unsafe_h)
    # ok: ruby-mass-assignment
    User.update(params.to_h)
    # ok: ruby-mass-assignment
    User.update(name: params[:name])
  end
end
