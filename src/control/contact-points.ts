// Contact points as they are now: a name is looked up anew at every round, and each of its addresses is one to try, as the
// nodes behind a name come and go.

import type { EndPoint } from '../connection/endpoint.ts';
import { DefaultEndPoint, endPointText, NamedAddress } from '../connection/endpoint.ts';

export interface ContactPointsOptions {
  readonly endPoints: readonly EndPoint[];
  /** Gives every address of a host name; `null` where the connector alone understands names. */
  readonly lookup: ((name: string) => Promise<readonly string[]>) | null;
}

/** What a round of look-ups gave. */
export interface ResolvedContactPoints {
  readonly endPoints: readonly EndPoint[];
  /** Why names have no address, by contact point. */
  readonly errors: ReadonlyMap<string, Error>;
}

export class ContactPoints {
  readonly #options: ContactPointsOptions;
  #resolved: readonly EndPoint[] = [];

  constructor(options: ContactPointsOptions) {
    this.#options = options;
  }

  /** What the last round gave. */
  get resolved(): readonly EndPoint[] {
    return this.#resolved;
  }

  async resolve(): Promise<ResolvedContactPoints> {
    const errors = new Map<string, Error>();
    const found = await Promise.all(
      this.#options.endPoints.map(async (endPoint) => {
        try {
          return await this.#addressesOf(endPoint);
        } catch (error) {
          errors.set(endPointText(endPoint), error as Error);
          return [];
        }
      }),
    );
    this.#resolved = found.flat();
    return { endPoints: this.#resolved, errors };
  }

  async #addressesOf(endPoint: EndPoint): Promise<readonly EndPoint[]> {
    const { lookup } = this.#options;
    // An end point of the user's resolves itself, at every connect.
    const isName = endPoint instanceof DefaultEndPoint && !endPoint.isAddress;
    if (lookup === null || !isName) return [endPoint];
    const addresses = await lookup(endPoint.address);
    return addresses.map((address) => new NamedAddress(endPoint.address, address, endPoint.port));
  }
}
