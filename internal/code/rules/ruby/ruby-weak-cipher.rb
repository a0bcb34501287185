# ruleid: ruby-weak-cipher
OpenSSL::Cipher.new("AES-256-ECB")
# ok: ruby-weak-cipher
OpenSSL::Cipher.new("aes-256-gcm")
# ruleid: ruby-weak-cipher
OpenSSL::Cipher.new("des-ede3-cbc")
# ok: ruby-weak-cipher
OpenSSL::Cipher.new("aes-128-cbc")
# ruleid: ruby-weak-cipher
OpenSSL::Cipher::AES.new(128, :ECB)
# ok: ruby-weak-cipher
OpenSSL::Cipher::AES.new(256, :GCM)
# ruleid: ruby-weak-cipher
OpenSSL::PKey::RSA.new(1024)
# ok: ruby-weak-cipher
OpenSSL::PKey::RSA.new(3072)
