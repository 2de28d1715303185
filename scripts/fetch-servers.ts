// Fetches the servers that the demo and the tests run, so that the wait for a download is in one place.
import { fetchCassandra } from '../test/cluster/harness/cassandra-cluster.ts';
import { fetchSimulacron } from '../test/cluster/harness/simulacron.ts';

await fetchCassandra();
await fetchSimulacron();
