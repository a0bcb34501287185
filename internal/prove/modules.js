// Loads every dependency that the application's package.json names, each in a process of its own, and prints, a line
// each, ["package", "problem"]; the problem is empty when the package loads. What cannot be required is imported.
const fs = require("fs"), path = require("path"), { spawnSync } = require("child_process");
let dir = process.cwd(), manifest = null;
while (!manifest) {
  try { manifest = JSON.parse(fs.readFileSync(path.join(dir, "package.json"), "utf8")); }
  catch { const up = path.dirname(dir); if (up === dir) process.exit(0); dir = up; }
}
const one = `
const name = process.argv[1], done = p => { require("fs").writeSync(3, p); process.exit(0); };
process.on("uncaughtException", () => {});
try { require(name); done("ok"); } catch (e) {
  import(name).then(() => done("ok"), f => done(String((e && e.message) || e).split("\\n")[0] || "failed"));
}`;
for (const name of Object.keys(manifest.dependencies || {}).sort()) {
  const r = spawnSync(process.execPath, ["-e", one, name], { cwd: dir, timeout: 30000, stdio: ["ignore", "ignore", "ignore", "pipe"] });
  const said = r.output && r.output[3] ? r.output[3].toString() : "";
  console.log(JSON.stringify([name, said === "ok" ? "" : said || "loading it ends or hangs the process"]));
}
