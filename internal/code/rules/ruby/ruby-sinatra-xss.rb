require "sinatra"
get "/hello" do
  # ruleid: ruby-sinatra-xss
  "Hello #{params[:name]}"
end
get "/safe" do
  # ok: ruby-sinatra-xss
  "Hello #{Rack::Utils.escape_html(params[:name])}"
end
get "/view" do
  # ok: ruby-sinatra-xss
  erb :view, locals: { name: params[:name] }
end
get "/json" do
  content_type :json
  # ok: ruby-sinatra-xss
  "{\"name\": \"#{params[:name]}\"}"
end
get "/body" do
  # ruleid: ruby-sinatra-xss
  body "Hello #{params[:name]}"
end
get "/number" do
  # ok: ruby-sinatra-xss
  "Hello #{params[:id].to_i}"
end
