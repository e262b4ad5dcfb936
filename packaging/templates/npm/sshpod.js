#!/usr/bin/env node
// Runs the program of the package for this platform. ssh does not come here: `sshpod configure` writes the path of the program itself.
'use strict';
const { spawn } = require('child_process');
const name = `sshpod-${process.platform}-${process.arch}`;
let program;
try {
  program = require.resolve(`${name}/bin/sshpod${process.platform === 'win32' ? '.exe' : ''}`);
} catch {
  console.error(`sshpod: the package ${name} is missing: there is none for this platform, or it was installed without optional dependencies`);
  process.exit(255);
}
const child = spawn(program, process.argv.slice(2), { stdio: 'inherit' });
// A terminal sends these to both of us: the program decides.
for (const signal of ['SIGINT', 'SIGQUIT']) process.on(signal, () => {});
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('error', error => {
  console.error(`sshpod: cannot run ${program}: ${error.message}`);
  process.exit(255);
});
child.on('exit', code => process.exit(code ?? 255));
