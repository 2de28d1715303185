// Addresses of nodes as other networks see them.

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
