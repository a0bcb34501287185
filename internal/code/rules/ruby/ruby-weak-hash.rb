# ruleid: ruby-weak-hash
Digest::MD5.hexdigest(message)
# ok: ruby-weak-hash
Digest::SHA256.hexdigest(message)
# ruleid: ruby-weak-hash
Digest::SHA1.digest(message)
# ruleid: ruby-weak-hash
OpenSSL::Digest.new("SHA1")
# ok: ruby-weak-hash
OpenSSL::Digest.new("SHA256")
# ruleid: ruby-weak-hash
OpenSSL::HMAC.hexdigest("md5", key, message)
# ok: ruby-weak-hash
OpenSSL::HMAC.hexdigest("SHA256", key, message)
