class ToolsController < ApplicationController
  def ping
    host = params[:host]
    # ruleid: ruby-command-injection
    system("ping -c 1 #{host}")
    # ok: ruby-command-injection
    system("ping", "-c", "1", host)
    # ruleid: ruby-command-injection
    `ping #{host}`
    # ok: ruby-command-injection
    `ping #{Shellwords.escape(host)}`
    # ok: ruby-command-injection
    `ping localhost`
    # ruleid: ruby-command-injection
    exec("ping " + host)
    # ruleid: ruby-command-injection
    IO.popen("ping #{host}")
    # ok: ruby-command-injection
    IO.popen(["ping", host])
    # ruleid: ruby-command-injection
    Open3.capture2("ping #{host}")
    # ok: ruby-command-injection
    Open3.capture2("ping", host)
    # ruleid: ruby-command-injection
    open(params[:url])
    # ok: ruby-command-injection
    open("log/today")
    # ruleid: ruby-command-injection (drydock)
    system("sh", "-c", host)
    # ruleid: ruby-command-injection
    %x(ping #{host})
    # ok: ruby-command-injection
    system("nc localhost #{params[:port].to_i}")
    # ruleid: ruby-command-injection
    Kernel.system("ls #{cookies[:dir]}")
  end
end
