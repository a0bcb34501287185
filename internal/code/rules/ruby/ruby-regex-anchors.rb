class User < ApplicationRecord
  # ruleid: ruby-regex-anchors
  validates :name, format: { with: /^[a-z]+$/ }
  # ok: ruby-regex-anchors
  validates :name, format: { with: /\A[a-z]+\z/ }
  # ruleid: ruby-regex-anchors
  validates_format_of :name, with: /\A[a-z]+$/
  # ok: ruby-regex-anchors
  validates_format_of :name, with: /\A[a-z]+\Z/
  # ok: ruby-regex-anchors
  validates :name, presence: true
  # ok: ruby-regex-anchors
  validates :price, format: { with: /\A\$\d+\z/ }
end
