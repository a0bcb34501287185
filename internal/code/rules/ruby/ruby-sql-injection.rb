class UsersController < ApplicationController
  def index
    # ruleid: ruby-sql-injection
    @users = User.where("name = '#{params[:name]}'")
    # ok: ruby-sql-injection
    @users = User.where(name: params[:name])
    # ok: ruby-sql-injection
    @users = User.where("name = ?", params[:name])
    # ok: ruby-sql-injection
    @users = User.where("name like ?", "%#{params[:name]}%")
    # ok: ruby-sql-injection
    @users = User.where("id = #{params[:id].to_i}")
    # ruleid: ruby-sql-injection
    @users = User.where("name = '" + params[:name] + "'")
    name = params[:name]
    # ruleid: ruby-sql-injection
    User.find_by_sql("select * from users where name = '#{name}'")
    # ok: ruby-sql-injection
    User.find_by_sql(["select * from users where name = ?", name])
    # ruleid: ruby-sql-injection
    User.find_by_sql(["select * from users where name = '#{name}'"])
    # ruleid: ruby-sql-injection
    User.order(params[:sort])
    # ruleid: ruby-sql-injection
    User.order("#{params[:sort]} desc")
    # ok: ruby-sql-injection
    User.order(:name)
    # ruleid: ruby-sql-injection
    User.order(Arel.sql(params[:sort]))
    # ruleid: ruby-sql-injection
    ActiveRecord::Base.connection.execute("delete from t where a = '#{name}'")
    quoted = ActiveRecord::Base.connection.quote(name)
    # ok: ruby-sql-injection (drydock)
    ActiveRecord::Base.connection.execute("delete from t where a = #{quoted}")
    # ok: ruby-sql-injection
    User.find(params[:id])
    # ok: ruby-sql-injection
    User.find_by(name: name)
    # ruleid: ruby-sql-injection
    User.joins("join t on t.id = #{params[:t]}")
    # ruleid: ruby-sql-injection
    User.pluck(params[:column])
    # ok: ruby-sql-injection
    User.where("created_at > #{Date.today}")
    # ruleid: ruby-sql-injection
    User.exists?("name = '#{name}'")
    # ruleid: ruby-sql-injection
    User.delete_all("id = #{params[:id]}")
    # ok: ruby-sql-injection
    User.calculate(:sum, params[:column])
  end

  def sorted
    column = %w[name date].include?(params[:sort]) ? params[:sort] : "name"
    # ok: ruby-sql-injection (drydock)
    User.order(column)
  end
end
