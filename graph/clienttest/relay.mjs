// relay-compiler over the same operations, each put into the form Relay wants: a tagged document in a module whose
// name begins the operation's name. relay/*.ts adds what only Relay has: pagination and refetching through node(id).
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const scalars = JSON.parse(readFileSync(join(here, '../client/scalars.json'), 'utf8'));
const target = join(here, 'build/relay');
rmSync(target, { recursive: true, force: true });
mkdirSync(join(target, 'src/__generated__'), { recursive: true });
cpSync(join(here, '../../schema.graphqls'), join(target, 'schema.graphql'));
cpSync(join(here, 'relay'), join(target, 'src'), { recursive: true });

for (const file of readdirSync(join(here, 'operations'))) {
  const module = basename(file, '.graphql');
  const document = readFileSync(join(here, 'operations', file), 'utf8').trim();
  const parts = document.split(/\n(?=(?:fragment|query|mutation|subscription) )/).map((part, index) => (
    `export const part${index} = graphql\`\n${part.trim()}\n\`;\n`
  ));
  writeFileSync(join(target, 'src', `${module}.ts`), `import { graphql } from 'relay-runtime';\n\n${parts.join('\n')}`);
}

writeFileSync(join(target, 'persisted.json'), '{}');
writeFileSync(join(target, 'relay.config.json'), JSON.stringify({
  src: './src',
  schema: './schema.graphql',
  language: 'typescript',
  artifactDirectory: './src/__generated__',
  customScalarTypes: scalars,
  requireCustomScalarTypes: true,
  eagerEsModules: true,
  noFutureProofEnums: true,
  persistConfig: { file: './persisted.json', algorithm: 'MD5' },
}, null, 2));

const compiler = createRequire(import.meta.url).resolve('relay-compiler/cli.js');
const run = spawnSync(process.execPath, [compiler, '--noWatchman', 'relay.config.json'], { cwd: target, stdio: 'inherit' });
if (run.status !== 0) process.exit(run.status ?? 1);
const compiled = readdirSync(join(target, 'src/__generated__')).length;
console.log(`relay-compiler: ${compiled} documents`);
