// Lets Node run this project's TypeScript directly: node --import ./scripts/ts-node.mjs file.ts
import { register } from 'node:module';
process.env.TS_NODE_TRANSPILE_ONLY ??= 'true';
register('ts-node/esm', import.meta.url);
