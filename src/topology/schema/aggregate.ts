// User-defined aggregates.

import type { CqlType } from '../../types/data-type.ts';
import { quoteIdentifier, quoteTypeName } from '../../types/identifier.ts';
import { layout, type CqlDescribable } from './describable.ts';
import { signatureOf, unfrozenText } from './function.ts';

/** Names one user-defined aggregate: name and types of its arguments, as CQL. */
export interface UserAggregateDescriptor {
  readonly name: string;
  readonly argumentTypes: readonly string[];
}

/** What an {@link AggregateMetadata} is made of. */
export interface AggregateParts {
  readonly keyspaceName: string;
  readonly name: string;
  readonly argumentTypes: readonly CqlType[];
  readonly returnType: CqlType;
  readonly stateFunction: string;
  readonly stateType: CqlType;
  /** Absent where the last state is the result. */
  readonly finalFunction: string | undefined;
  /** First state as a CQL literal; absent where it is null. */
  readonly initialCondition: string | undefined;
}

/** A user-defined aggregate. Immutable. */
export class AggregateMetadata implements CqlDescribable {
  readonly keyspaceName: string;
  readonly name: string;
  readonly argumentTypes: readonly CqlType[];
  readonly returnType: CqlType;
  /** Name of the function that makes the next state from a state and the arguments. */
  readonly stateFunction: string;
  readonly stateType: CqlType;
  /** Name of the function that makes the result from the last state; `undefined` where that state is the result. */
  readonly finalFunction: string | undefined;
  /** First state as a CQL literal; `undefined` where it is null. */
  readonly initialCondition: string | undefined;
  /** Name and types of arguments: `average(int)`. */
  readonly signature: string;

  constructor(parts: AggregateParts) {
    this.keyspaceName = parts.keyspaceName;
    this.name = parts.name;
    this.argumentTypes = Object.freeze([...parts.argumentTypes]);
    this.returnType = parts.returnType;
    this.stateFunction = parts.stateFunction;
    this.stateType = parts.stateType;
    this.finalFunction = parts.finalFunction;
    this.initialCondition = parts.initialCondition;
    this.signature = signatureOf(parts.name, parts.argumentTypes);
    Object.freeze(this);
  }

  asCqlQuery(formatted = false): string {
    const { indent } = layout(formatted);
    const clauses = [
      `CREATE AGGREGATE ${quoteIdentifier(this.keyspaceName)}.${this.signature}`,
      `SFUNC ${quoteTypeName(this.stateFunction)}`,
      `STYPE ${unfrozenText(this.stateType)}`,
    ];
    if (this.finalFunction !== undefined) clauses.push(`FINALFUNC ${quoteTypeName(this.finalFunction)}`);
    if (this.initialCondition !== undefined) clauses.push(`INITCOND ${this.initialCondition}`);
    return clauses.join(indent);
  }

  exportAsString(): string {
    return `${this.asCqlQuery(true)};`;
  }
}
