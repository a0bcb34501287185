const { execSync } = require('child_process');

class Job {
  constructor(command, name) {
    this.command = command;
    this.name = name;
  }

  run() {
    // ok: javascript-shell-from-request
    execSync(this.name);
    // ruleid: javascript-shell-from-request
    execSync(this.command);
  }
}

module.exports = Job;
