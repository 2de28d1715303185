// Addresses of nodes as other networks see them.

import { lookupAddresses, lookupNames } from './connector.ts';

/** Turns the address that a node gives of itself into one that this process can reach. */
export interface AddressTranslator {
  /** Gives an address, or an address and a port; an address alone keeps the port. */
  translate(
    address: string,
    port: number,
  ): string | { host: string; port: number } | Promise<string | { host: string; port: number }>;
}

/** Takes every address as it is. */
export class IdentityTranslator implements AddressTranslator {
  translate(address: string): string {
    return address;
  }
}

/** Looks names and addresses up. */
export interface TranslationLookup {
  /** The names of an address. */
  reverse(address: string): Promise<readonly string[]>;
  /** The addresses of a name, as this machine sees it. */
  forward(name: string): Promise<readonly string[]>;
}

/**
 * For clusters over several EC2 regions, whose nodes give their public addresses: looks up the name of the address, which inside
 * the node's region stands for its private one, and elsewhere for the public one. An address without a name is taken as it is.
 */
export class EC2MultiRegionTranslator implements AddressTranslator {
  readonly #lookup: TranslationLookup;

  /** `lookup` defaults to that of the system. */
  constructor(lookup: TranslationLookup = { reverse: lookupNames, forward: lookupAddresses }) {
    this.#lookup = lookup;
  }

  async translate(address: string): Promise<string> {
    try {
      const [name] = await this.#lookup.reverse(address);
      if (name === undefined) return address;
      const [found] = await this.#lookup.forward(name);
      return found ?? address;
    } catch {
      // As little is known as without a name: the address that the node gave is the best there is.
      return address;
    }
  }
}
