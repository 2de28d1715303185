// How Java is called: which executable, and what Cassandra 5.0 needs opened in a JDK 17.
import { join } from 'node:path';

/** The `java` of JAVA_HOME, or the one that PATH finds. */
export function javaExecutable(): string {
  return javaTool('java');
}

/** A program of the JDK, such as `keytool`, beside the `java` that {@link javaExecutable} finds. */
export function javaTool(name: string): string {
  const home = process.env['JAVA_HOME'];
  return home === undefined || home === '' ? name : join(home, 'bin', name);
}

const EXPORTS = [
  'java.base/jdk.internal.misc',
  'java.base/jdk.internal.ref',
  'java.base/sun.nio.ch',
  'java.management.rmi/com.sun.jmx.remote.internal.rmi',
  'java.rmi/sun.rmi.registry',
  'java.rmi/sun.rmi.server',
  'java.sql/java.sql',
  'jdk.attach/sun.tools.attach',
  'jdk.compiler/com.sun.tools.javac.file',
];

const OPENS = [
  'java.base/java.lang',
  'java.base/java.lang.module',
  'java.base/java.net',
  'java.base/java.io',
  'java.base/java.nio',
  'java.base/java.util',
  'java.base/java.util.concurrent',
  'java.base/java.util.concurrent.atomic',
  'java.base/jdk.internal.loader',
  'java.base/jdk.internal.ref',
  'java.base/jdk.internal.reflect',
  'java.base/jdk.internal.math',
  'java.base/jdk.internal.module',
  'java.base/jdk.internal.util.jar',
  'java.base/sun.nio.ch',
  'jdk.management/com.sun.management.internal',
];

/** The module flags without which Cassandra 5.0 does not start on JDK 17. */
export const CASSANDRA_MODULE_FLAGS: readonly string[] = [
  ...EXPORTS.flatMap((name) => ['--add-exports', `${name}=ALL-UNNAMED`]),
  ...OPENS.flatMap((name) => ['--add-opens', `${name}=ALL-UNNAMED`]),
];
