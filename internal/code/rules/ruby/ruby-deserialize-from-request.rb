class CartsController < ApplicationController
  def show
    # ruleid: ruby-deserialize-from-request
    Marshal.load(Base64.decode64(cookies[:cart]))
    # ok: ruby-deserialize-from-request
    JSON.parse(cookies[:cart])
    # ruleid: ruby-deserialize-from-request
    YAML.load(params[:yaml])
    # ok: ruby-deserialize-from-request
    YAML.safe_load(params[:yaml])
    # ruleid: ruby-deserialize-from-request
    YAML.unsafe_load(request.body.read)
    # ok: ruby-deserialize-from-request
    YAML.load(File.read("config/carts.yml"))
    # ok: ruby-deserialize-from-request
    Marshal.load(Marshal.dump(@cart))
    # ok: ruby-deserialize-from-request
    Oj.load(params[:json], mode: :strict)
  end
end
