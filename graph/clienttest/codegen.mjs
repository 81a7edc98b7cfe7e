// graphql-codegen with the client preset, as a single-page app would set it up.
import { readFileSync } from 'node:fs';

const scalars = JSON.parse(readFileSync(new URL('../client/scalars.json', import.meta.url), 'utf8'));

export default {
  schema: '../../schema.graphqls',
  documents: ['operations/*.graphql', '../../internal/platform/web/page/src/examples/*.graphql'],
  ignoreNoDocuments: false,
  generates: {
    'build/gql/': {
      preset: 'client',
      presetConfig: { fragmentMasking: true, persistedDocuments: { hashAlgorithm: 'sha256' } },
      config: { strictScalars: true, scalars, useTypeImports: true, enumsAsTypes: true, nonOptionalTypename: true },
    },
  },
};
