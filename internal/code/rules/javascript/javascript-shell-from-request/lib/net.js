const { exec } = require('child_process');

function command(host) {
  return `ping -c 1 ${host}`;
}

function ping(host) {
  // ruleid: javascript-shell-from-request
  exec(command(host));
}

function fixed(host) {
  // ok: javascript-shell-from-request
  exec(command('localhost'));
}

module.exports = { ping, fixed };
