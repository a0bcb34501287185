class ProxyController < ApplicationController
  def show
    url = params[:url]
    # ruleid: ruby-ssrf
    Net::HTTP.get(URI(url))
    # ruleid: ruby-ssrf
    Net::HTTP.get(URI.parse(url))
    # ok: ruby-ssrf
    Net::HTTP.get(URI("https://api.example.org/#{url}"))
    # ruleid: ruby-ssrf
    HTTParty.get(url)
    # ok: ruby-ssrf
    HTTParty.get("https://api.example.org/", query: { q: url })
    # ruleid: ruby-ssrf
    Faraday.get(url)
    # ruleid: ruby-ssrf
    URI.open(url)
    # ruleid: ruby-ssrf
    URI.parse(url).open
    # ok: ruby-ssrf
    URI.parse(url).host
    # ruleid: ruby-ssrf
    RestClient.get("https://#{params[:host]}/status")
    hosts = { "a" => "https://a.example/" }
    # ok: ruby-ssrf (drydock)
    RestClient.get(hosts[url])
    # ok: ruby-ssrf
    HTTParty.post("https://a.example/", body: url)
  end
end
