// Contact points: the forms in which users name the nodes to ask first.

import { DefaultEndPoint, parseEndPoint, type EndPoint } from '../connection/endpoint.ts';
import { InvalidArgumentError } from '../errors.ts';

/** A contact point: `host`, `host:port`, `[v6]:port`, a pair of host and port, or an end point. */
export type ContactPoint = string | readonly [host: string, port: number] | EndPoint;

/**
 * Contact points as end points.
 *
 * @throws {InvalidArgumentError} for what is none.
 */
export function contactPointEndPoints(points: readonly ContactPoint[], port: number): EndPoint[] {
  if (!Array.isArray(points) || points.length === 0) {
    throw new InvalidArgumentError('expected contactPoints as an array of at least one', { field: 'contactPoints' });
  }
  return (points as readonly ContactPoint[]).map((point) => endPointOf(point, port));
}

function endPointOf(point: ContactPoint, port: number): EndPoint {
  if (typeof point === 'string') return parseEndPoint(point, port);
  if (isPair(point)) return new DefaultEndPoint(point[0], point[1]);
  if (typeof (point as Partial<EndPoint> | null)?.resolve === 'function') return point;
  throw new InvalidArgumentError('expected contact points as text, [host, port] or end points', {
    field: 'contactPoints',
  });
}

function isPair(point: ContactPoint): point is readonly [host: string, port: number] {
  return Array.isArray(point) && point.length === 2;
}
