// What lies between a client and the nodes, and a node of the check's own: both may fail when the check wants it.
import { spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';

// road leads from an address of its own to a node. cut() breaks what goes over it and lets nothing on it until open() leads it somewhere.
export async function road(url) {
  let end = new URL(url);
  const travelling = new Set();
  const server = createServer((here) => {
    if (!end) return here.destroy();
    const there = connect(Number(end.port), end.hostname);
    for (const [one, other] of [[here, there], [there, here]]) {
      travelling.add(one);
      one.on('error', () => {}).on('close', () => {
        travelling.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    cut() {
      end = null;
      for (const socket of travelling) socket.destroy();
    },
    open(to) {
      end = new URL(to);
    },
  };
}

// node starts one more node of the installation. stop(signal) ends it and waits; it does not outlive the check.
export async function node() {
  const child = spawn(process.env.LAVORO, ['serve', '--state', process.env.STATE, '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((resolve) => child.on('close', resolve));
  process.on('exit', () => child.kill('SIGKILL'));
  const said = [];
  const address = new Promise((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        said.push(line);
        const found = line.match(/serving.*address=(http:\/\/\S+)/);
        if (found) resolve(found[1]);
      });
    }
  });
  const url = await Promise.race([address, ended.then(() => Promise.reject(new Error(`the node did not start:\n${said.join('\n')}`)))]);
  return {
    url,
    stop: async (signal) => {
      child.kill(signal);
      await ended;
    },
  };
}
