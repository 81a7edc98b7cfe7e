// Builds ../dist from src: one script, one stylesheet, one page, one notice file.
// Every asset is named after its own SHA-256, so the same sources give the same bytes and names anywhere.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(here, process.argv[2] ?? '../dist');

// The page uses the fonts of the reader's own system; GraphiQL's embedded ones weigh more than its code.
const withoutFonts = {
  name: 'without-fonts',
  setup(build) {
    build.onLoad({ filter: /graphiql[\\/]dist[\\/]style\.css$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(/@font-face\s*\{[^}]*\}/g, ''),
      loader: 'css',
    }));
  },
};

const result = await esbuild.build({
  absWorkingDir: here,
  entryPoints: { app: 'src/main.jsx' },
  outdir: out,
  bundle: true,
  write: false,
  minify: true,
  metafile: true,
  format: 'esm',
  target: ['es2022'],
  jsx: 'automatic',
  legalComments: 'none',
  charset: 'utf8',
  loader: { '.graphql': 'text', '.json': 'text' },
  define: { 'process.env.NODE_ENV': '"production"' },
  // It writes a style element while a dialog is open, which the page's content security policy forbids.
  alias: { 'react-remove-scroll': './src/scroll.jsx' },
  plugins: [withoutFonts],
  logLevel: 'warning',
});

// notices gathers the licence text of every package whose code went into the bundle.
function notices() {
  const folders = new Set();
  for (const input of Object.keys(result.metafile.inputs)) {
    const match = input.match(/^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//);
    if (match) folders.add(match[1]);
  }
  return [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(here, folder, 'package.json'), 'utf8'));
    const file = readdirSync(join(here, folder)).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file ? readFileSync(join(here, folder, file), 'utf8').replace(/\r\n/g, '\n').trim() : '';
    return `${name} ${version} (${license ?? 'see text'})\n\n${text}\n`;
  }).join(`\n${'-'.repeat(72)}\n\n`);
}

rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, 'assets'), { recursive: true });

function asset(name, extension, bytes) {
  const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  const file = `assets/${name}-${digest}.${extension}`;
  writeFileSync(join(out, file), bytes);
  return { path: `/${file}`, integrity: `sha384-${createHash('sha384').update(bytes).digest('base64')}` };
}

const bundle = (extension) => result.outputFiles.find((file) => file.path.endsWith(extension)).contents;
const parts = {
  script: asset('app', 'js', bundle('.js')),
  style: asset('app', 'css', bundle('.css')),
  icon: asset('icon', 'svg', readFileSync(join(here, 'src/icon.svg'))),
  notices: asset('notices', 'txt', notices()),
};

const html = readFileSync(join(here, 'src/index.html'), 'utf8').replace(/%(\w+)\.(\w+)%/g, (_, part, key) => parts[part][key]);
writeFileSync(join(out, 'index.html'), html);
if (existsSync(join(out, 'index.html'))) {
  for (const { path } of Object.values(parts)) {
    console.log(`${relative(process.cwd(), join(out, path))}\t${readFileSync(join(out, path)).length}`);
  }
}
