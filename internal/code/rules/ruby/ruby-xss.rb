class PagesController < ApplicationController
  def show
    q = params[:q]
    # ruleid: ruby-xss
    @title = "<b>#{q}</b>".html_safe
    # ok: ruby-xss
    @title = content_tag(:b, q)
    # ok: ruby-xss
    @title = "<b>#{h(q)}</b>".html_safe
    # ruleid: ruby-xss
    @title = raw(q)
    # ok: ruby-xss
    @title = raw("<b>new</b>")
    # ok: ruby-xss
    @title = sanitize(q).html_safe
    # ruleid: ruby-xss (drydock)
    render html: "<b>#{q}</b>".html_safe
    # ok: ruby-xss
    text_field_tag("q", params[:q]).html_safe
    # ok: ruby-xss
    content_tag(:b, q).html_safe
    # ok: ruby-xss
    render plain: q
    # ok: ruby-xss
    render json: { q: q }
    # ruleid: ruby-xss
    render inline: "<b>#{params[:q]}</b>"
    # ok: ruby-xss
    @count = q.to_i.to_s.html_safe
    # ok: ruby-xss
    flash[:notice] = "No #{q}"
  end
end
