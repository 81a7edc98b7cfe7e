// The helper that apps copy, as their bundler would make it: its types are taken off, and nothing else.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';

const source = readFileSync(new URL('../client/feed.ts', import.meta.url), 'utf8');
const { outputText } = ts.transpileModule(source, {
  compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true },
});
// Beside the packages that it imports.
const folder = mkdtempSync(fileURLToPath(new URL('node_modules/.feed-', import.meta.url)));
const made = join(folder, 'feed.mjs');
writeFileSync(made, outputText);

export const { followFeed, standing } = await import(pathToFileURL(made));
rmSync(folder, { recursive: true });
