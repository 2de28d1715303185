// Fetches a Java program and all it needs from Maven Central, once for each version, into the cache directory.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { cacheDirectory } from './cache-directory.ts';

/** A program on Maven Central. */
export interface MavenArtifact {
  readonly group: string;
  readonly name: string;
  readonly version: string;
}

const PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
const ATTEMPTS = 3;

/**
 * Gives the directory that holds the jars of a program and of everything it depends on.
 *
 * The first call downloads them; later ones, in any process, find them. Two processes that download at the same time
 * do not disturb each other: each fills its own directory, the first to finish renames it into place.
 * Rejects with Maven's output if it failed three times.
 */
export async function mavenJars(artifact: MavenArtifact): Promise<string> {
  const target = cacheDirectory('jars', `${artifact.name}-${artifact.version}`);
  if (existsSync(target)) return target;
  console.error(`==> Fetching ${artifact.name} ${artifact.version} from Maven Central (once)`);
  await mkdir(dirname(target), { recursive: true });
  const work = await mkdtemp(`${target}.part-`);
  try {
    await writeFile(join(work, 'pom.xml'), projectFile(artifact));
    await copyDependencies(artifact, work);
    await rename(join(work, 'lib'), target).catch((cause: unknown) => {
      if (!existsSync(target)) throw cause;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return target;
}

async function copyDependencies(artifact: MavenArtifact, work: string): Promise<void> {
  let output = '';
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    if (attempt > 1) await delay(attempt * 2000);
    const result = await runMaven(work);
    if (result.code === 0) return;
    output = result.output;
  }
  const { group, name, version } = artifact;
  throw new Error(`Maven could not fetch ${group}:${name}:${version} (is Maven Central reachable?):\n${output}`);
}

function runMaven(work: string): Promise<{ code: number; output: string }> {
  const args = [
    '--batch-mode',
    '--quiet',
    '--no-transfer-progress',
    '--strict-checksums',
    PLUGIN,
    '-DoutputDirectory=lib',
  ];
  return new Promise((resolve, reject) => {
    const maven = spawn('mvn', args, { cwd: work, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const collect = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    maven.stdout.on('data', collect);
    maven.stderr.on('data', collect);
    maven.once('error', (cause) => {
      reject(new Error('Maven is missing: install it (Debian: apt install maven)', { cause }));
    });
    maven.once('close', (code) => {
      resolve({ code: code ?? 1, output });
    });
  });
}

function projectFile({ group, name, version }: MavenArtifact): string {
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>ferrocql</groupId><artifactId>jars</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>
  </dependencies>
</project>
`;
}
