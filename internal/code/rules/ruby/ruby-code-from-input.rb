class ReportsController < ApplicationController
  KINDS = { "day" => DayReport, "week" => WeekReport }.freeze
  def show
    # ruleid: ruby-code-from-input
    eval(params[:code])
    kind = params[:kind]
    # ruleid: ruby-code-from-input
    kind.constantize.new
    # ruleid: ruby-code-from-input
    kind.classify.constantize
    # ok: ruby-code-from-input (drydock)
    KINDS.fetch(kind).new
    # ruleid: ruby-code-from-input
    @report.send(params[:method])
    # ok: ruby-code-from-input
    @report.send(:total, params[:of])
    # ruleid: ruby-code-from-input
    @report.public_send("#{params[:m]}")
    # ruleid: ruby-code-from-input
    @report.instance_eval(params[:text])
    # ruleid: ruby-code-from-input
    Object.const_get(params[:class])
    # ok: ruby-code-from-input
    "Report".constantize
    # ok: ruby-code-from-input
    @report.total(params[:of])
  end
end
