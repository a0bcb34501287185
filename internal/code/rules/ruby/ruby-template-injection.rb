class PagesController < ApplicationController
  def show
    name = params[:name]
    # ruleid: ruby-template-injection
    ERB.new("Hello #{name}").result
    # ok: ruby-template-injection
    ERB.new("Hello <%= name %>").result(binding)
    # ruleid: ruby-template-injection
    render inline: "Hello #{name}"
    # ok: ruby-template-injection
    render inline: "Hello <%= name %>"
    # ok: ruby-template-injection
    render :hello, locals: { name: name }
    # ruleid: ruby-template-injection
    erb("<p>#{params[:q]}</p>")
    # ok: ruby-template-injection
    erb(:page, locals: { q: params[:q] })
    # ruleid: ruby-template-injection
    Liquid::Template.parse(params[:text])
  end
end
