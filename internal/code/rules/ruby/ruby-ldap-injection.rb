class LoginController < ApplicationController
  def show
    # ruleid: ruby-ldap-injection
    Net::LDAP::Filter.construct("(uid=#{params[:user]})")
    # ok: ruby-ldap-injection
    Net::LDAP::Filter.eq("uid", params[:user])
    # ok: ruby-ldap-injection
    Net::LDAP::Filter.construct("(uid=#{Net::LDAP::Filter.escape(params[:user])})")
    # ok: ruby-ldap-injection
    Net::LDAP::Filter.construct("(uid=*)")
    # ruleid: ruby-ldap-injection
    ldap.search(base: "dc=example", filter: "(uid=#{params[:user]})")
  end
end
