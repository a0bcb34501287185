# Loads every gem of the bundle's default group and prints, a line each, ["gem", "problem"]; the problem is empty when
# the gem loads. Each is loaded in a process of its own, after the bundle was set up.
require "json"
begin
  require "bundler"
  Bundler.setup
rescue LoadError, StandardError => e
  puts JSON.generate(["the bundle", "#{e.class}: #{e.message}"])
  exit 0
end
puts JSON.generate(["the bundle", ""])
groups = [:default, (ENV["RAILS_ENV"] || ENV["RACK_ENV"] || "production").to_sym]
wanted = Bundler.definition.dependencies_for(groups).select { |d| d.autorequire != [] && d.should_include? }
wanted.sort_by(&:name).each do |dep|
  reader, writer = IO.pipe
  pid = fork do
    reader.close
    $stdout.reopen(File::NULL)
    $stderr.reopen(File::NULL)
    problem = ""
    begin
      (dep.autorequire || [dep.name]).each do |file|
        begin
          require file == true ? dep.name : file
        rescue LoadError => e
          raise unless file == dep.name && e.respond_to?(:path) && e.path == file
          begin
            require dep.name.tr("-", "/")
          rescue LoadError
            raise e if dep.autorequire
          end
        end
      end
    rescue Exception => e
      problem = "#{e.class}: #{e.message}"
    end
    writer.write(problem)
    writer.close
    exit!(0)
  end
  writer.close
  problem = reader.read
  _, status = Process.wait2(pid)
  problem = "loading it ends the interpreter" unless status.success?
  puts JSON.generate([dep.name, problem])
end
