// connect-editor.mjs CONFIGURATION HOST USER COMMAND: editors' extensions (Open Remote - SSH of VSCodium and others) read the file by ssh-config, split its
// ProxyCommand themselves, and know double quotes only.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Duplex } from 'node:stream';

const require = createRequire(`${process.cwd()}/`);
const module = require('ssh-config');
const ssh2 = require('ssh2');

const [file, host, user, command] = process.argv.slice(2);
const options = (module.default ?? module).parse(readFileSync(file, 'utf8')).compute(host);
const words = [...String(options.ProxyCommand).matchAll(/(?:"([^"]*)"|[^\s"]+)+/g)].map((match) => match[0].replaceAll('"', ''));
const [program, ...rest] = words.map((word) => word.replace('%h', host).replace('%n', host).replace('%p', '22').replace('%r', user));
const proxy = spawn(program, rest, { stdio: ['pipe', 'pipe', 'inherit'] });
proxy.on('error', (error) => { console.error(`spawn: ${error.code} ${program}`); process.exit(1); });

const client = new ssh2.Client();
client.on('ready', () => client.exec(command, (error, stream) => {
  if (error) throw error;
  stream.pipe(process.stdout);
  stream.on('close', () => { client.end(); process.exit(0); });
}));
client.on('error', (error) => { console.error(`ssh2: ${error.message}`); process.exit(1); });
client.connect({
  sock: Duplex.from({ readable: proxy.stdout, writable: proxy.stdin }),
  username: user,
  privateKey: readFileSync(options.IdentityFile[0]),
});
