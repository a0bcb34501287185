class FilesController < ApplicationController
  def show
    file = params[:file]
    # ruleid: ruby-path-traversal
    send_file("docs/#{file}")
    # ok: ruby-path-traversal
    send_file(File.join("docs", File.basename(file)))
    # ruleid: ruby-path-traversal
    File.read(Rails.root.join("docs", file))
    # ruleid: ruby-path-traversal
    File.open(file)
    # ok: ruby-path-traversal
    File.open("docs/#{params[:id].to_i}.txt")
    # ok: ruby-path-traversal
    File.write("notes/today", file)
    # ruleid: ruby-path-traversal
    File.delete("uploads/" + cookies[:name])
    # ruleid: ruby-path-traversal
    FileUtils.rm_rf("uploads/#{file}")
    # ok: ruby-path-traversal
    Dir.glob("docs/*.txt")
    # ruleid: ruby-path-traversal
    render file: params[:template]
    # ok: ruby-path-traversal
    render file: "public/404.html"
    names = { "a" => "a.txt" }
    # ok: ruby-path-traversal (drydock)
    File.read(names[file])
    upload = params[:upload]
    # ruleid: ruby-path-traversal
    File.open("uploads/" + upload.original_filename, "wb")
    # ok: ruby-path-traversal
    File.exist?(file)
  end
end
