# ruleid: ruby-tls-not-verified
http.verify_mode = OpenSSL::SSL::VERIFY_NONE
# ok: ruby-tls-not-verified
http.verify_mode = OpenSSL::SSL::VERIFY_PEER
# ruleid: ruby-tls-not-verified
HTTParty.get("https://a.example", verify: false)
# ok: ruby-tls-not-verified
HTTParty.get("https://a.example", verify: true)
# ruleid: ruby-tls-not-verified
Faraday.new("https://a.example", ssl: { verify: false })
# ok: ruby-tls-not-verified
Faraday.new("https://a.example", ssl: { ca_file: "ca.pem" })
# ruleid: ruby-tls-not-verified
RestClient::Resource.new("https://a.example", verify_ssl: false)
# ok: ruby-tls-not-verified
http.use_ssl = true
