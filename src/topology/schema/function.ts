// User-defined functions and how they are named: by name and types of arguments, as names alone are not unique.

import type { CqlType } from '../../types/data-type.ts';
import { quoteIdentifier, quoteTypeName } from '../../types/identifier.ts';
import { layout, textLiteral, type CqlDescribable } from './describable.ts';

/** Names one user-defined function: name and types of its arguments, as CQL. */
export interface UserFunctionDescriptor {
  readonly name: string;
  readonly argumentTypes: readonly string[];
}

/** What a {@link FunctionMetadata} is made of. */
export interface FunctionParts {
  readonly keyspaceName: string;
  readonly name: string;
  readonly argumentNames: readonly string[];
  readonly argumentTypes: readonly CqlType[];
  readonly returnType: CqlType;
  readonly language: string;
  readonly body: string;
  readonly calledOnNullInput: boolean;
}

/** A user-defined function. Immutable. */
export class FunctionMetadata implements CqlDescribable {
  readonly keyspaceName: string;
  readonly name: string;
  readonly argumentNames: readonly string[];
  /** In the order of `argumentNames`. */
  readonly argumentTypes: readonly CqlType[];
  readonly returnType: CqlType;
  readonly language: string;
  readonly body: string;
  /** False if the server returns null for a null argument without calling the function. */
  readonly calledOnNullInput: boolean;
  /** Name and types of arguments: `add(int, list<text>)`. */
  readonly signature: string;

  constructor(parts: FunctionParts) {
    this.keyspaceName = parts.keyspaceName;
    this.name = parts.name;
    this.argumentNames = Object.freeze([...parts.argumentNames]);
    this.argumentTypes = Object.freeze([...parts.argumentTypes]);
    this.returnType = parts.returnType;
    this.language = parts.language;
    this.body = parts.body;
    this.calledOnNullInput = parts.calledOnNullInput;
    this.signature = signatureOf(parts.name, parts.argumentTypes);
    Object.freeze(this);
  }

  asCqlQuery(formatted = false): string {
    const { indent } = layout(formatted);
    const args = this.argumentNames.map((name, i) => `${quoteIdentifier(name)} ${unfrozenText(this.argumentTypes[i])}`);
    return [
      `CREATE FUNCTION ${quoteIdentifier(this.keyspaceName)}.${quoteTypeName(this.name)}(${args.join(', ')})`,
      `${this.calledOnNullInput ? 'CALLED' : 'RETURNS NULL'} ON NULL INPUT`,
      `RETURNS ${unfrozenText(this.returnType)}`,
      `LANGUAGE ${quoteIdentifier(this.language)}`,
      `AS ${bodyLiteral(this.body)}`,
    ].join(indent);
  }

  exportAsString(): string {
    return `${this.asCqlQuery(true)};`;
  }
}

/** Name and types of arguments, by which functions and aggregates of a keyspace are found: `add(int, list<text>)`. */
export function signatureOf(name: string, argumentTypes: readonly CqlType[]): string {
  return `${quoteTypeName(name)}(${argumentTypes.map(unfrozenText).join(', ')})`;
}

/** Arguments, results and states are frozen by themselves; servers refuse the word where it says so. */
export function unfrozenText(type: CqlType | undefined): string {
  const text = String(type);
  return type?.frozen === true ? text.slice('frozen<'.length, -1) : text;
}

/** Between `$$` a body stands as it is, if nothing in it ends it early. */
function bodyLiteral(body: string): string {
  return body.includes('$$') || body.endsWith('$') ? textLiteral(body) : `$$${body}$$`;
}
