// CQL type text, as `system_schema` and users write it, into a CqlType: `frozen<map<text, vector<float, 3>>>`.
import { InvalidArgumentError } from '../errors.ts';
import { CqlType, isNativeKind } from './data-type.ts';
import { describe } from './describe.ts';

/** How many types may stand within one another; `frozen` is none. */
const maxDepth = 64;
const emptyClass = 'org.apache.cassandra.db.marshal.EmptyType';

/** What the text of a type does not say. */
export interface ParseTypeOptions {
  /** Keyspace of user-defined types that are written without one; empty by default. */
  readonly keyspace?: string;
  /** Finds a user-defined type by its unquoted name. Where it is absent or returns undefined, the type has no known fields. */
  readonly userType?: (name: string, keyspace: string) => CqlType | undefined;
}

/**
 * Reads the text of a CQL type, in time proportional to its length.
 *
 * Keywords are in either case, and `varchar` is `text`. A name in double quotes, or one that no type of CQL has, is a
 * user-defined type, with or without its keyspace before it. Text in single quotes is a Java class. Types nest at most 64 deep.
 * Throws `InvalidArgumentError` that says at which character the text stops being a type.
 *
 * @example parseType('map<text, frozen<list<int>>>').args[1].kind // list
 */
export function parseType(text: string, options: ParseTypeOptions = {}): CqlType {
  if (typeof text !== 'string') {
    throw new InvalidArgumentError(`expected the text of a CQL type, got ${describe(text)}`, { field: 'text' });
  }
  const reader: TypeReader = { tokens: splitTokens(text), next: 0, options };
  const type = readType(reader, 1);
  if (peek(reader).kind !== 'end') refuse(peek(reader), 'the end of the type');
  return type;
}

interface Token {
  readonly kind: 'word' | 'name' | 'class' | 'mark' | 'end';
  readonly value: string;
  readonly at: number;
}

interface TypeReader {
  readonly tokens: readonly Token[];
  readonly options: ParseTypeOptions;
  next: number;
}

function readType(reader: TypeReader, depth: number): CqlType {
  let brackets = 0;
  while (isKeyword(peek(reader), 'frozen') && isMark(peek(reader, 1), '<')) {
    reader.next += 2;
    brackets += 1;
  }
  if (depth > maxDepth) refuse(peek(reader), `at most ${maxDepth} types within one another`);
  const type = (brackets > 0 ? readHiddenUserType(reader) : undefined) ?? readUnfrozen(reader, depth);
  for (let i = 0; i < brackets; i++) expectMark(reader, '>');
  return brackets === 0 || isNativeKind(type.kind) || type.kind === 'custom' ? type : type.freeze();
}

/**
 * Cassandra writes a user-defined type with the name of a native one without its quotes. Native types are never frozen, so
 * within `frozen` such a word means the user-defined type, if there is one.
 */
function readHiddenUserType(reader: TypeReader): CqlType | undefined {
  const { kind, value } = peek(reader);
  if (kind !== 'word' || !isNativeKind(value)) return undefined;
  const found = reader.options.userType?.(value, reader.options.keyspace ?? '');
  if (found !== undefined) reader.next += 1;
  return found;
}

function readUnfrozen(reader: TypeReader, depth: number): CqlType {
  const token = take(reader);
  if (token.kind === 'class') return CqlType.custom(token.value);
  if (token.kind === 'name') return readUserType(reader, token);
  if (token.kind !== 'word' || /^\d/.test(token.value)) return refuse(token, 'a type');
  const keyword = token.value.toLowerCase();
  if (isMark(peek(reader), '<')) return readParameterized(reader, token, depth);
  if (isNativeKind(keyword)) return CqlType.native(keyword);
  if (keyword === 'varchar') return CqlType.native('text');
  if (keyword === 'empty') return CqlType.custom(emptyClass);
  return readUserType(reader, token);
}

function readParameterized(reader: TypeReader, name: Token, depth: number): CqlType {
  const keyword = name.value.toLowerCase();
  expectMark(reader, '<');
  const first = readType(reader, depth + 1);
  switch (keyword) {
    case 'list':
      return closed(reader, CqlType.list(first));
    case 'set':
      return closed(reader, CqlType.set(first));
    case 'map':
      expectMark(reader, ',');
      return closed(reader, CqlType.map(first, readType(reader, depth + 1)));
    case 'vector':
      expectMark(reader, ',');
      return closed(reader, CqlType.vector(first, readDimensions(reader)));
    case 'tuple': {
      const components = [first];
      while (isMark(peek(reader), ',')) {
        reader.next += 1;
        components.push(readType(reader, depth + 1));
      }
      return closed(reader, CqlType.tuple(components));
    }
    default:
      return refuse(name, 'list, set, map, tuple, vector or frozen before <');
  }
}

function readUserType(reader: TypeReader, first: Token): CqlType {
  let [keyspace, typeName] = [reader.options.keyspace ?? '', nameOf(first)];
  if (isMark(peek(reader), '.')) {
    reader.next += 1;
    const second = take(reader);
    if (second.kind !== 'name' && second.kind !== 'word') refuse(second, 'the name of a type');
    [keyspace, typeName] = [typeName, nameOf(second)];
  }
  const known = reader.options.userType?.(typeName, keyspace);
  return known ?? CqlType.udt({ keyspace, typeName, fieldNames: [], fieldTypes: [] });
}

function readDimensions(reader: TypeReader): number {
  const token = take(reader);
  const dimensions = /^\d{1,10}$/.test(token.value) ? Number(token.value) : 0;
  return dimensions >= 1 && dimensions <= 0x7fffffff ? dimensions : refuse(token, '1 to 2147483647 dimensions');
}

function closed(reader: TypeReader, type: CqlType): CqlType {
  expectMark(reader, '>');
  return type;
}

function expectMark(reader: TypeReader, mark: string): void {
  const token = take(reader);
  if (!isMark(token, mark)) refuse(token, mark);
}

function peek(reader: TypeReader, ahead = 0): Token {
  return reader.tokens[Math.min(reader.next + ahead, reader.tokens.length - 1)] as Token;
}

function take(reader: TypeReader): Token {
  const token = peek(reader);
  reader.next += 1;
  return token;
}

function isMark(token: Token, mark: string): boolean {
  return token.kind === 'mark' && token.value === mark;
}

function isKeyword(token: Token, keyword: string): boolean {
  return token.kind === 'word' && token.value.toLowerCase() === keyword;
}

/** Names without quotes are lower case, whatever case they are written in. */
function nameOf(token: Token): string {
  return token.kind === 'word' ? token.value.toLowerCase() : token.value;
}

function refuse(token: Token, expected: string): never {
  const got = token.kind === 'end' ? 'the end of the text' : `what is at character ${token.at}`;
  throw new InvalidArgumentError(`expected ${expected}, got ${got}`, { field: 'text' });
}

const space = /\s+/y;
const word = /[A-Za-z0-9_]+/y;

function splitTokens(text: string): Token[] {
  const tokens: Token[] = [];
  let at = matchEnd(space, text, 0);
  while (at < text.length) {
    const token = readToken(text, at);
    tokens.push(token.token);
    at = matchEnd(space, text, token.end);
  }
  tokens.push({ kind: 'end', value: '', at });
  return tokens;
}

function readToken(text: string, at: number): { token: Token; end: number } {
  const character = text.charAt(at);
  if (character === '"' || character === "'") {
    const end = closingQuote(text, at);
    const value = text.slice(at + 1, end).replaceAll(character + character, character);
    if (end === -1 || value === '') refuse({ kind: 'mark', value: character, at }, 'a name and its closing quote');
    return { token: { kind: character === '"' ? 'name' : 'class', value, at }, end: end + 1 };
  }
  const wordEnd = matchEnd(word, text, at);
  if (wordEnd > at) return { token: { kind: 'word', value: text.slice(at, wordEnd), at }, end: wordEnd };
  return { token: { kind: 'mark', value: character, at }, end: at + 1 };
}

/** Where the quote is that closes the one at `start`, stepping over doubled ones; -1 if there is none. */
function closingQuote(text: string, start: number): number {
  const quote = text.charAt(start);
  let end = text.indexOf(quote, start + 1);
  while (end !== -1 && text.charAt(end + 1) === quote) end = text.indexOf(quote, end + 2);
  return end;
}

/** Where a sticky pattern that begins at `start` ends; `start` if it does not match. */
function matchEnd(pattern: RegExp, text: string, start: number): number {
  pattern.lastIndex = start;
  return pattern.test(text) ? pattern.lastIndex : start;
}
