// Those who watch the requests of a session: init listeners, who get the future of each, and interceptors. Without any, a
// request costs two comparisons with null.

import { InvalidArgumentError } from '../errors.ts';
import type { ExecutionObserver } from '../execution/observer.ts';
import { describe } from '../types/describe.ts';
import { callUser } from '../types/user-call.ts';
import { Interceptors, type RequestInterceptor, type WatcherFault } from './interceptors.ts';
import type { ResponseFuture } from './response-future.ts';

/** Told of each request before it is sent; further arguments are those it was added with. */
export type RequestInitListener = (future: ResponseFuture<unknown>, ...args: readonly unknown[]) => void;

/** What watchers need of their session. */
export interface WatchersOptions {
  /** Who watches attempts beside interceptors. */
  readonly observer: ExecutionObserver | null;
  /** Takes over who watches attempts from now on. */
  observe(observer: ExecutionObserver | null): void;
  readonly report: WatcherFault;
}

interface Listening {
  readonly listener: RequestInitListener;
  readonly args: readonly unknown[];
}

export class Watchers {
  readonly #options: WatchersOptions;
  #listeners: readonly Listening[] | null = null;
  #interceptors: Interceptors | null = null;

  constructor(options: WatchersOptions) {
    this.#options = options;
  }

  /** `null` where there are none. */
  get interceptors(): Interceptors | null {
    return this.#interceptors;
  }

  get hasListeners(): boolean {
    return this.#listeners !== null;
  }

  /** Tells the listeners of a request. */
  onInit(future: ResponseFuture<unknown>): void {
    for (const { listener, args } of this.#listeners ?? []) {
      callUser(
        () => listener(future, ...args),
        (error) => this.#options.report('a request init listener', error),
      );
    }
  }

  addListener(listener: RequestInitListener, args: readonly unknown[]): void {
    requireFunction('listener', listener);
    this.#listeners = [...(this.#listeners ?? []), { listener, args }];
  }

  removeListener(listener: RequestInitListener, args: readonly unknown[]): void {
    const isOther = (each: Listening): boolean =>
      each.listener !== listener || each.args.length !== args.length || each.args.some((arg, i) => arg !== args[i]);
    const left = this.#listeners?.filter(isOther) ?? [];
    this.#listeners = left.length === 0 ? null : left;
  }

  /** Returns what removes it, once. */
  addInterceptor(interceptor: RequestInterceptor): () => void {
    requireInterceptor(interceptor);
    const interceptors = this.#interceptors ?? new Interceptors(this.#options.report, []);
    this.#watchBy(interceptors.with(interceptor));
    let isAdded = true;
    return () => {
      if (isAdded) this.#watchBy(this.#interceptors?.without(interceptor) ?? null);
      isAdded = false;
    };
  }

  #watchBy(interceptors: Interceptors | null): void {
    const { observer } = this.#options;
    this.#interceptors = interceptors;
    this.#options.observe(interceptors === null ? observer : interceptors.observer(observer));
  }
}

function requireFunction(field: string, value: unknown): void {
  if (typeof value === 'function') return;
  throw new InvalidArgumentError(`expected ${field} as a function, got ${describe(value)}`, { field });
}

function requireInterceptor(interceptor: RequestInterceptor): void {
  if (typeof interceptor !== 'object' || (interceptor as unknown) === null) {
    throw new InvalidArgumentError(`expected interceptor as an object, got ${describe(interceptor)}`, {
      field: 'interceptor',
    });
  }
  for (const method of ['onRequest', 'onResponse', 'onError', 'onAttempt'] as const) {
    const given: unknown = (interceptor as Record<string, unknown>)[method];
    if (given !== undefined) requireFunction(`interceptor.${method}`, given);
  }
}
