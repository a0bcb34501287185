class SearchController < ApplicationController
  def show
    # ruleid: ruby-regex-from-request
    Regexp.new(params[:q])
    # ok: ruby-regex-from-request
    Regexp.new(Regexp.escape(params[:q]))
    # ok: ruby-regex-from-request
    Regexp.new("^[a-z]+$")
    text = params[:text]
    # ok: ruby-regex-from-request
    text =~ /^[a-z]+$/
    # ruleid: ruby-regex-from-request
    Regexp.new("^#{params[:q]}")
    # ruleid: ruby-regex-from-request
    text.match?(/#{params[:q]}/)
    # ok: ruby-regex-from-request
    text.match?(/#{Regexp.escape(params[:q])}/)
  end
end
