// The monitor of a cluster object, made from its services.

import { IdentityTranslator } from '../connection/address-translation.ts';
import { lookupAddresses } from '../connection/connector.ts';
import { ClusterMonitor, type MonitorOwner } from '../control/cluster-monitor.ts';
import { ContactPoints } from '../control/contact-points.ts';
import { NodeReader } from '../control/node-reader.ts';
import { SchemaReader } from '../control/schema-reader.ts';
import type { ClusterServices } from './cluster-services.ts';

/** Contact points as they are now; only the driver's own connector leaves names to be looked up here. */
export function contactPointsOf({ options }: ClusterServices): ContactPoints {
  const lookup = options.connector === undefined ? lookupAddresses : null;
  return new ContactPoints({ endPoints: options.contactPoints, lookup });
}

export function monitorOf(
  services: ClusterServices,
  contactPoints: ContactPoints,
  owner: MonitorOwner,
): ClusterMonitor {
  const { options, clock, encoder, programs, deadlines } = services;
  const logger = services.log.named('control');
  return new ClusterMonitor({
    ...options,
    owner,
    factory: services.factory,
    query: { encoder, programs, deadlines, timeoutMs: options.controlConnectionTimeout },
    contactPoints,
    nodes: new NodeReader({
      translator: options.addressTranslator ?? new IdentityTranslator(),
      endPoints: options.endpointFactory,
      port: options.port,
      hasTokens: options.tokenMetadataEnabled,
      logger,
    }),
    schemaReader: new SchemaReader({
      logger,
      clock,
      // Half of what the control connection takes: the rest is for what else it does meanwhile.
      maxQueries: Math.max(1, Math.min(16, options.pooling.maxRequestsPerConnection >> 1)),
    }),
    reconnectionPolicy: services.reconnectionPolicy,
    clock,
    random: Math.random,
    logger,
  });
}
