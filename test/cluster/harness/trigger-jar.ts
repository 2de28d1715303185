// A trigger that does nothing, compiled with the JDK that runs the server, so that CREATE TRIGGER has a class to name.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fetchCassandra } from './cassandra-cluster.ts';
import { javaTool } from './java.ts';

const run = promisify(execFile);

/** The class that {@link makeTriggerDirectory} makes. */
export const TRIGGER_CLASS = 'ferrocql.IdleTrigger';

const SOURCE = `package ferrocql;

public class IdleTrigger implements org.apache.cassandra.triggers.ITrigger {
  public java.util.Collection<org.apache.cassandra.db.Mutation> augment(
      org.apache.cassandra.db.partitions.Partition update) {
    return null;
  }
}
`;

/** Makes a directory for the server's option `cassandra.triggers_dir`. The caller removes it. */
export async function makeTriggerDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'ferrocql-triggers-'));
  const [source, classes] = [join(directory, 'IdleTrigger.java'), join(directory, 'classes')];
  await mkdir(classes);
  await writeFile(source, SOURCE);
  await run(javaTool('javac'), ['-cp', join(await fetchCassandra(), '*'), '-d', classes, source]);
  await run(javaTool('jar'), ['cf', join(directory, 'triggers.jar'), '-C', classes, '.']);
  return directory;
}
