// The execution profiles of a cluster, by name.

import { InvalidArgumentError } from '../errors.ts';
import { describe } from '../types/describe.ts';
import { EXEC_PROFILE_DEFAULT, ExecutionProfile, type ExecutionProfileOptions, type ProfileKey } from './profile.ts';

/** Profiles as options give them. */
export interface ExecutionProfiles {
  readonly [name: string]: ExecutionProfile | ExecutionProfileOptions;
  readonly [EXEC_PROFILE_DEFAULT]?: ExecutionProfile | ExecutionProfileOptions;
}

export class ProfileTable {
  readonly #profiles = new Map<ProfileKey, ExecutionProfile>();

  /** @throws {InvalidArgumentError} for a profile with wrong settings. */
  constructor(profiles: ExecutionProfiles = {}) {
    if (typeof profiles !== 'object' || (profiles as unknown) === null) {
      throw new InvalidArgumentError(`expected executionProfiles as an object, got ${describe(profiles)}`, {
        field: 'executionProfiles',
      });
    }
    for (const name of Object.keys(profiles)) this.#profiles.set(name, profileOf(profiles[name]));
    const { [EXEC_PROFILE_DEFAULT]: base } = profiles;
    this.#profiles.set(EXEC_PROFILE_DEFAULT, base === undefined ? new ExecutionProfile() : profileOf(base));
  }

  /** What requests get that name no profile; what others do not say is taken from it. */
  get base(): ExecutionProfile {
    return this.get(EXEC_PROFILE_DEFAULT);
  }

  get all(): Iterable<ExecutionProfile> {
    return this.#profiles.values();
  }

  /** @throws {InvalidArgumentError} if there is no profile of that name. */
  get(key: ProfileKey): ExecutionProfile {
    const profile = this.#profiles.get(key);
    if (profile !== undefined) return profile;
    const names = [...this.#profiles.keys()].filter((name) => typeof name === 'string');
    const known = names.length === 0 ? 'there is none beside the default' : `there are ${names.join(', ')}`;
    throw new InvalidArgumentError(`expected the name of an execution profile, got ${String(key)}; ${known}`, {
      field: 'executionProfile',
    });
  }

  /** @throws {InvalidArgumentError} if the name is taken. */
  add(key: ProfileKey, profile: ExecutionProfile | ExecutionProfileOptions): ExecutionProfile {
    if ((typeof key !== 'string' || key === '') && key !== EXEC_PROFILE_DEFAULT) {
      throw new InvalidArgumentError(`expected the name of an execution profile, got ${describe(key)}`, {
        field: 'name',
      });
    }
    if (this.#profiles.has(key)) {
      throw new InvalidArgumentError(`expected a name that no execution profile has, got ${String(key)}`, {
        field: 'name',
      });
    }
    const added = profileOf(profile);
    this.#profiles.set(key, added);
    return added;
  }
}

function profileOf(profile: ExecutionProfile | ExecutionProfileOptions | undefined): ExecutionProfile {
  return profile instanceof ExecutionProfile ? profile : new ExecutionProfile(profile);
}
